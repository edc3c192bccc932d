use crate::ecosystem::tests::check;

#[test]
fn umbrellas_hold_the_applications_below_apps_path() {
    check(
        r#"
//- mix.exs
defmodule Top.MixProject do
  use Mix.Project
  def project do
    [
      apps_path: "apps",
      version: "0.1.0",
      deps: deps(),
      releases: [top: [app: :not_this]]
    ]
  end
  # {:nothing, "1"}
  defp deps do
    [{:credo, "~> 1.7", only: [:dev, :test], runtime: false}]
  end
end
//- apps/web/mix.exs
defmodule Web.MixProject do
  use Mix.Project
  @version "1.2.3"
  def project do
    [
      app: :web,
      version: @version,
      aliases: [app: :wrong],
      deps: deps() ++ [{:jason, ">= 0.0.0"}] ++ test_deps()
    ]
  end
  def application, do: [mod: {Web, []}, extra_applications: [:logger]]
  defp deps, do: [
    {:core, in_umbrella: true},
    {:ecto, "~> 3.0", optional: true},
    {:local, [path: "../../libs/local", override: true]},
    {:gone, path: "../../gone"},
    {:away, path: System.get_env("AWAY")},
    {:out, path: "../../../out"},
    {:phoenix, git: "https://example.org/phoenix.git"}
  ]
  defp test_deps() do
    [{:core_test, in_umbrella: true, only: :test}]
  end
  defp other, do: [{:ignored, "1"}]
end
//- apps/core/mix.exs
defmodule Core.MixProject do
  def project, do: [app: :core, deps: []]
end
//- apps/core_test/mix.exs
defmodule CoreTest.MixProject do
  @app :core_test
  def project, do: [app: @app, version: read(), deps: deps()]
  defp deps, do: [{:erl, path: "../../erl"}] |> more()
  defp more(deps) do
    case read() do
      {:ok, _} -> deps ++ [{:core, in_umbrella: true}]
      {:error, reason} -> deps
    end
  end
end
//- libs/local/mix.exs
defmodule Local.MixProject do
  def project() do
    [app: name(), apps_path: path()]
  end
end
//- erl/rebar.config
//- deps/phoenix/mix.exs
defmodule Phoenix do end
"#,
        "
        workspace elixir:. mix
        elixir:. (no name)@0.1.0 in elixir:.
        + credo ~> 1.7 dev
        elixir:apps/core core in elixir:.
        elixir:apps/core_test core_test in elixir:.
        elixir:apps/web web@1.2.3 in elixir:.
        + ecto ~> 3.0 optional
        + jason >= 0.0.0 normal
        + phoenix  normal
        elixir:libs/local (no name)
        elixir:apps/core_test -> elixir:apps/core normal
        elixir:apps/web -> elixir:apps/core normal
        elixir:apps/web -> elixir:apps/core_test dev
        elixir:apps/web -> elixir:libs/local normal
        problem apps/web/mix.exs:17 dependency.missing: there is no project where `gone` is to be; correct the dependency
        problem apps/web/mix.exs:18 dependency.computed: the path of `away` is computed; it is not recorded
        problem libs/local/mix.exs:3 manifest.computed: the name of the application is computed
        problem libs/local/mix.exs:3 member.computed: `apps_path` is computed, so its applications are not listed
        ",
    );
}

#[test]
fn dependencies_may_be_keys_and_paths_may_start_at_the_file() {
    check(
        r#"
//- a/mix.exs
defmodule A.MixProject do
  def project, do: [app: :a, aliases: [test: ["b"]], deps: [b: [path: "../b"], c: [in_umbrella: true]] ++ more()]
  defp more do
    [
      {:d, path: Path.join(__DIR__, "../d")},
      {:e, "~> 1.0", path: Path.expand("../e", __DIR__), only: :test},
      {:f, git: "https://example.org/f.git", path: nil},
      {:g, path: Path.join(System.get_env("G"), "g")}
    ]
  end
end
//- b/mix.exs
defmodule B.MixProject do
  def project, do: [app: :b]
end
//- c/mix.exs
defmodule C.MixProject do
  def project, do: [app: :c]
end
//- d/mix.exs
defmodule D.MixProject do
  def project, do: [app: :d]
end
//- e/mix.exs
defmodule E.MixProject do
  def project, do: [app: :e]
end
"#,
        "
        elixir:a a
        + f  normal
        elixir:b b
        elixir:c c
        elixir:d d
        elixir:e e
        elixir:a -> elixir:b normal
        elixir:a -> elixir:c normal
        elixir:a -> elixir:d normal
        elixir:a -> elixir:e dev
        problem a/mix.exs:8 dependency.computed: the path of `g` is computed; it is not recorded
        ",
    );
}
