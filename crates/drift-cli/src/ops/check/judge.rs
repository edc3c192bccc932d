//! From findings to the report: severities, what is new, the health and the gate of each project and of the
//! workspace. Pure, but for looking up the lines of findings in their files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::path::Path;

use drift_db::store::finding::KnownFinding;
use drift_discover::{
    Counts, Finding, Gate, GateResult, MAX_MANIFEST_BYTES, Project, RepoPath, Severity, Tree, health,
    workspace_health,
};

use super::Scope;
use super::compare::Earlier;
use super::policy::Policy;
use super::view::{CheckReport, FindingView, ProjectView, ResultView, WorkspaceView};

/// What is asked of a judgement.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) policy: &'a Policy,
    pub(super) scope: Scope,
    /// The places of the projects that are told of; `None` for all, and for what belongs to none.
    pub(super) shown: Option<&'a BTreeSet<usize>>,
}

/// Judges what was found.
pub(super) fn judge(tree: &Tree, findings: &[Finding], earlier: &Earlier, asked: Asked<'_>) -> CheckReport {
    let Asked { policy, scope, shown } = asked;
    let projects = &tree.graph.projects;
    let at: HashMap<&str, usize> =
        (projects.iter().enumerate()).map(|(at, p)| (p.id.0.as_str(), at)).collect();
    let paths: Vec<String> = projects.iter().map(|project| project.path.to_string()).collect();
    let names = names(projects, &paths);
    let is_shown = |at: Option<usize>| match (shown, at) {
        (None, _) => true,
        (Some(shown), Some(at)) => shown.contains(&at),
        (Some(_), None) => false,
    };

    let mut known = earlier.known();
    let mut all = vec![Counts::default(); projects.len()];
    let mut judged = all.clone();
    let (mut all_own, mut judged_own) = (Counts::default(), Counts::default());
    let mut views = Vec::new();
    for finding in findings {
        let place = finding.project.as_ref().and_then(|id| at.get(id.0.as_str()).copied());
        let of_project = place.map_or(&[][..], |place| &names[place][..]);
        let Some(severity) = policy.severity(finding, of_project) else { continue };
        let new = !is_known(finding, earlier, &mut known);
        let counted = new || scope == Scope::All;
        let (all, judged) = match place {
            Some(place) => (&mut all[place], &mut judged[place]),
            None => (&mut all_own, &mut judged_own),
        };
        all.add(severity);
        if counted {
            judged.add(severity);
        }
        if counted && is_shown(place) {
            views.push(view(finding, severity, new));
        }
    }
    let results: Vec<(usize, u8, GateResult)> = (0..projects.len())
        .filter(|&place| is_shown(Some(place)))
        .map(|place| {
            let health = health(all[place]);
            (place, health, policy.limits(&names[place]).judge(judged[place], health))
        })
        .collect();
    let previous =
        |id: Option<&str>| earlier.health.get(&id.map(|id| earlier.stored_id(id).to_owned())).copied();
    let healths: Vec<u8> = results.iter().map(|(_, health, _)| *health).collect();
    let whole = shown.is_none();
    if !whole {
        (all_own, judged_own) = Default::default();
    }
    let failed = results.iter().filter(|(_, _, gate)| gate.gate == Gate::Fail).count();
    let health = workspace_health(&healths, all_own);
    let mut own = policy.limits(&[]).judge(judged_own, if whole { health } else { 100 });
    if failed > 0 {
        own.gate = Gate::Fail;
        own.reasons.push(match failed {
            1 => "1 project fails its gate".to_owned(),
            failed => format!("{failed} projects fail their gates"),
        });
    }
    let total = results.iter().fold(judged_own, |sum, (place, _, _)| sum.plus(judged[*place]));
    CheckReport {
        base: earlier.view(),
        findings: views,
        gone: known.values().sum(),
        projects: (results.into_iter())
            .map(|(place, health, gate)| ProjectView {
                id: projects[place].id.to_string(),
                name: projects[place].name.clone(),
                result: result(judged[place], health, gate, previous(Some(&projects[place].id.0))),
            })
            .collect(),
        workspace: WorkspaceView {
            result: result(total, health, own, if whole { previous(None) } else { None }),
            failed_projects: failed,
        },
        recorded: false,
        baseline: None,
        below_top: RepoPath::default(),
    }
}

/// What each project is known by: its id, its path, and its name if it has that alone.
fn names<'a>(projects: &'a [Project], paths: &'a [String]) -> Vec<Vec<&'a str>> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    projects
        .iter()
        .filter_map(|project| project.name.as_deref())
        .for_each(|name| *count.entry(name).or_default() += 1);
    let unique = |project: &'a Project| project.name.as_deref().filter(|name| count[name] == 1);
    (projects.iter().zip(paths))
        .map(|(project, path)| {
            [Some(project.id.0.as_str()), Some(path), unique(project)].into_iter().flatten().collect()
        })
        .collect()
}

/// Whether the earlier result has it; each one of that counts once.
fn is_known(finding: &Finding, earlier: &Earlier, known: &mut HashMap<KnownFinding, usize>) -> bool {
    let key = KnownFinding {
        project: finding.project.as_ref().map(|id| earlier.stored_id(&id.0).to_owned()),
        rule: finding.rule.name().to_owned(),
        subject: finding.subject.clone(),
    };
    match known.get_mut(&key) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

fn view(finding: &Finding, severity: Severity, new: bool) -> FindingView {
    FindingView {
        rule: finding.rule.name(),
        severity: severity.name(),
        project: finding.project.as_ref().map(|id| id.0.clone()),
        file: finding.file.to_string(),
        line: finding.line,
        message: finding.message.clone(),
        subject: finding.subject.clone(),
        new,
        path_lossy: finding.file.as_str().is_none(),
        path: finding.file.clone(),
    }
}

fn result(counts: Counts, health: u8, gate: GateResult, previous_health: Option<u8>) -> ResultView {
    let Counts { errors, warnings, infos } = counts;
    let GateResult { gate, reasons } = gate;
    ResultView { health, gate: gate.name(), reasons, errors, warnings, infos, previous_health }
}

/// Finds the lines of findings that name a word of their file instead.
pub(super) fn place(root: &Path, findings: &mut [Finding]) {
    let mut by_file: BTreeMap<RepoPath, Vec<&mut Finding>> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.line.is_none() && finding.mention.is_some()) {
        by_file.entry(finding.file.clone()).or_default().push(finding);
    }
    for (file, findings) in by_file {
        let mut text = String::new();
        let opened = fs_err::File::open(file.to_fs(root));
        // A file that has vanished meanwhile has no lines.
        if opened.and_then(|opened| opened.take(MAX_MANIFEST_BYTES).read_to_string(&mut text)).is_err() {
            continue;
        }
        for finding in findings {
            finding.line = finding.mention.as_deref().and_then(|word| drift_discover::line_of(&text, word));
        }
    }
}
