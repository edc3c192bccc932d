use crate::ecosystem::tests::check;

#[test]
fn a_gemfile_ties_the_gems_below_it_together() {
    check(
        r#"
//- Gemfile
source "https://rubygems.org"
gemspec
gem "rake", ">= 1", "< 3"
gem 'tools', path: 'deep/tools' # comment
gem "gone", :path => "gone"
path "fixtures" do
  gem "fix"
end
group :development, :test do
  gem "lint" if ENV["X"]
end
gem name
//- shop.gemspec
version = File.read("VERSION").strip
Gem::Specification.new do |s|
  s.name = "shop"
  s.version = version
  s.description = <<~TEXT
    s.add_dependency "not-this"
  TEXT
  s.add_dependency "shop_core", version
  s.add_dependency("json", "~> 2.0")
  s.add_development_dependency 'rspec', ['>= 3', '< 4']
  %w[shop_api actionpack].each do |dep|
    s.add_dependency dep, "~> 7"
  end
  s.add_dependency computed
end
//- core/shop_core.gemspec
NAME = 'shop_core'.freeze
Gem::Specification.new do |spec|
  spec.name = NAME
  spec.version = "1.0"
end
//- core/Gemfile
gemspec
//- api/shop_api.gemspec
Gem::Specification.new { |s| s.name = "shop_api"; s.version = '2'; s.add_runtime_dependency "shop_core" }
//- deep/tools/tools.gemspec
Gem::Specification.new { |s| s.name = 'tools' }
//- deep/down/below/far.gemspec
Gem::Specification.new { |s| s.name = compute }
//- fixtures/fix/fix.gemspec
Gem::Specification.new { |s| s.name = 'fix' }
//- fixtures/other.gemspec.tt
Gem::Specification.new { |s| s.name = 'template' }
//- app/Gemfile
gem "shop"
"#,
        "
        workspace ruby:. bundler
        ruby:. shop in ruby:.
        + actionpack ~> 7 normal
        + json ~> 2.0 normal
        + lint  dev
        + rake >= 1, < 3 dev
        + rspec >= 3, < 4 dev
        ruby:api shop_api@2 in ruby:.
        ruby:app (no name)
        + shop  normal
        ruby:core shop_core@1.0 in ruby:.
        ruby:deep/down/below (no name)
        ruby:deep/tools tools in ruby:.
        ruby:fixtures/fix fix in ruby:.
        ruby:. -> ruby:api normal
        ruby:. -> ruby:core normal
        ruby:. -> ruby:deep/tools dev
        ruby:. -> ruby:fixtures/fix dev
        ruby:api -> ruby:core normal
        problem Gemfile:5 dependency.missing: the path `gone` is no directory; correct it
        problem Gemfile:12 dependency.computed: a gem is computed here; it is not recorded
        problem deep/down/below/far.gemspec:1 manifest.computed: the name of the gem is computed, so nothing can be linked to it
        problem shop.gemspec:14 dependency.computed: a dependency is computed here; it is not recorded
        ",
    );
}

#[test]
fn an_application_takes_gems_by_path_only() {
    check(
        r#"
//- app/gems.rb
gem "a", path: "../libs/a"
gem "b", path: File.expand_path("../libs/b", __dir__)
gem "c", path: ENV.fetch("C")
gem "d"
//- app/Gemfile
gem "ignored"
//- libs/a/a.gemspec
Gem::Specification.new { |s| s.name = "a"; s.add_dependency "d" }
//- libs/a/a-extra.gemspec
Gem::Specification.new { |s| s.name = "a-extra" }
//- libs/b/b.gemspec
Gem::Specification.new { |s| s.name = "b"; s.add_dependency "a-extra" }
//- libs/d/d.gemspec
Gem::Specification.new { |s| s.name = "d" }
"#,
        "
        workspace ruby:app bundler
        ruby:app (no name) in ruby:app
        + d  normal
        ruby:libs/a a in ruby:app
        ruby:libs/b b in ruby:app
        ruby:libs/d d
        ruby:app -> ruby:libs/a normal
        ruby:app -> ruby:libs/b normal
        ruby:libs/a -> ruby:libs/d normal
        ruby:libs/b -> ruby:libs/a normal
        problem app/gems.rb:3 dependency.computed: the path of a gem is computed here; it is not recorded
        ",
    );
}

#[test]
fn what_a_loop_computes_is_a_problem_and_its_literals_count() {
    check(
        r#"
//- a/a.gemspec
Gem::Specification.new do |s|
  s.name = "a"
  ["b", prefix + "c"].each do |dep|
    s.add_dependency dep
  end
end
//- b/b.gemspec
Gem::Specification.new do |s|
  s.name = "b"
end
"#,
        "
        ruby:a a
        ruby:b b
        ruby:a -> ruby:b normal
        problem a/a.gemspec:4 dependency.computed: a dependency is computed here; it is not recorded
        ",
    );
}

#[test]
fn a_gem_is_named_by_the_call_by_its_file_or_not_at_all() {
    check(
        r#"
//- top.gemspec
Gem::Specification.new "top", "1.0" do |s|
  ["one", "two"].each { |part| s.add_dependency "top-#{part}", s.version }
  s.add_dependency :file
  s.add_dependency "top-#{compute}"
  s.dependencies << Gem::Dependency.new("file")
end
//- one/top-one.gemspec
Gem::Specification.new("top-one") { |s| s.version = "2.0" }
//- two/top-two.gemspec
name = "top-two"
Gem::Specification.new(name, VERSION) do |s|
end
//- file/file.gemspec
Gem::Specification.new { |s| s.name = File.basename(__FILE__, ".gemspec") }
//- none/none.gemspec
eval File.read("../shared.rb")
//- computed/computed.gemspec
Gem::Specification.new(compute(1)) { }
"#,
        "
        ruby:. top@1.0
        ruby:computed (no name)
        ruby:file file
        ruby:none (no name)
        ruby:one top-one@2.0
        ruby:two top-two
        ruby:. -> ruby:file normal
        ruby:. -> ruby:one normal
        ruby:. -> ruby:two normal
        problem computed/computed.gemspec:1 manifest.computed: the name of the gem is computed, so nothing can be linked to it
        problem none/none.gemspec manifest.no_name: has no name that can be read, so nothing can be linked to it
        problem top.gemspec:4 dependency.computed: a dependency is computed here; it is not recorded
        problem top.gemspec:5 dependency.computed: a dependency is added by hand here; it is not recorded
        ",
    );
}

#[test]
fn a_loop_cannot_make_a_gem_of_countless_dependencies() {
    let words = "a ".repeat(20_000);
    let adds = "s.add_dependency x\n".repeat(20_000);
    let fixture = format!(
        "//- a.gemspec\nGem::Specification.new do |s|\ns.name = 'a'\n%w[{words}].each do |x|\n{adds}end\nend\n"
    );
    let found = crate::discover(&crate::MemorySource::fixture(&fixture), &Default::default());
    assert!(found.problems.iter().all(|problem| problem.code == "manifest.too_large"));
    assert!(!found.problems.is_empty());
}
