//! [`snippet`]: the job to paste into the configuration of a provider. One file per provider in `snippets/`.
//!
//! They cannot ask drift for the key where a provider wants it before the first command runs; there the key
//! is made of the provider's own variables, with the same parts.

use drift_config::CiProvider;

/// The job for `provider`; a shell script where there is no job of its own.
pub(crate) fn snippet(provider: CiProvider) -> &'static str {
    match provider {
        CiProvider::Github | CiProvider::Gitea | CiProvider::Forgejo => include_str!("snippets/github.yml"),
        CiProvider::Gitlab => include_str!("snippets/gitlab.yml"),
        CiProvider::Jenkins => include_str!("snippets/Jenkinsfile"),
        CiProvider::CircleCi => include_str!("snippets/circleci.yml"),
        CiProvider::Azure => include_str!("snippets/azure.yml"),
        CiProvider::Buildkite => include_str!("snippets/buildkite.yml"),
        _ => include_str!("snippets/generic.sh"),
    }
}
