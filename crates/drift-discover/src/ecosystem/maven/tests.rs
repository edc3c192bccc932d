use crate::discover;
use crate::ecosystem::tests::{check, print};
use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;

#[test]
fn a_reactor_has_modules_and_theirs_with_inherited_names() {
    check(
        "
//- pom.xml
<?xml version='1.0'?>
<project xmlns='http://maven.apache.org/POM/4.0.0'>
  <groupId>org.example</groupId>
  <artifactId>parent</artifactId>
  <version>${revision}</version>
  <packaging>pom</packaging>
  <properties>
    <revision>1.2</revision>
    <core.name>core</core.name>
    <boot>3.4.0</boot>
  </properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13</version><scope>test</scope></dependency>
  </dependencies></dependencyManagement>
  <modules>
    <module>${core.name}</module>
    <module>apps\\web</module>
    <module>nested</module>
    <module>special/pom-special.xml</module>
    <module>gone</module>
  </modules>
  <profiles>
    <profile>
      <id>extra</id>
      <modules><module>extra</module></modules>
    </profile>
    <profile>
      <activation><activeByDefault>true</activeByDefault></activation>
      <modules><module>always</module></modules>
    </profile>
  </profiles>
</project>
//- core/pom.xml
<project>
  <parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>${revision}</version></parent>
  <artifactId>${core.name}</artifactId>
  <dependencies>
    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>${boot}</version></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId></dependency>
    <dependency><groupId>${unknown}</groupId><artifactId>x</artifactId></dependency>
  </dependencies>
</project>
//- apps/web/pom.xml
<project>
  <parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>1.2</version><relativePath>../../pom.xml</relativePath></parent>
  <groupId>org.example.apps</groupId>
  <artifactId>web</artifactId>
  <properties><maven.deploy.skip>true</maven.deploy.skip></properties>
  <dependencies>
    <dependency><groupId>${project.parent.groupId}</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency>
    <dependency><groupId>org.example</groupId><artifactId>always</artifactId><scope>test</scope></dependency>
    <dependency><groupId>org.example</groupId><artifactId>extra</artifactId><version>${project.version}</version></dependency>
    <dependency><groupId>org.example</groupId><artifactId>special</artifactId><version>0.9</version></dependency>
  </dependencies>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.example</groupId><artifactId>nested</artifactId><type>pom</type><scope>import</scope></dependency>
    <dependency><groupId>org.example</groupId><artifactId>inner</artifactId><version>1</version></dependency>
  </dependencies></dependencyManagement>
  <build><plugins>
    <plugin><groupId>org.example</groupId><artifactId>inner</artifactId></plugin>
    <plugin><artifactId>maven-jar-plugin</artifactId></plugin>
  </plugins></build>
</project>
//- nested/pom.xml
<project>
  <parent><groupId>org.example</groupId><artifactId>parent</artifactId></parent>
  <artifactId>nested</artifactId>
  <modules><module>inner</module></modules>
</project>
//- nested/inner/pom.xml
<project>
  <parent><groupId>org.example</groupId><artifactId>nested</artifactId></parent>
  <artifactId>inner</artifactId>
</project>
//- special/pom-special.xml
<project><groupId>org.example</groupId><artifactId>special</artifactId><version>1</version></project>
//- extra/pom.xml
<project><groupId>org.example</groupId><artifactId>extra</artifactId><version>1.2</version></project>
//- always/pom.xml
<project><groupId>org.example</groupId><artifactId>always</artifactId><version>1</version></project>
",
        "
        workspace maven:. maven
        maven:. org.example:parent@1.2 in maven:.
        maven:always org.example:always@1 in maven:.
        maven:apps/web org.example.apps:web@1.2 in maven:. private
        maven:core org.example:core@1.2 in maven:.
        + junit:junit 4.13 dev
        + org.springframework.boot:spring-boot-starter-web 3.4.0 normal
        maven:extra org.example:extra@1.2
        maven:nested org.example:nested@1.2 in maven:.
        maven:nested/inner org.example:inner@1.2 in maven:.
        maven:special org.example:special@1 in maven:.
        maven:apps/web -> maven:. parent
        maven:apps/web -> maven:always dev
        maven:apps/web -> maven:core normal
        maven:apps/web -> maven:extra normal
        maven:apps/web -> maven:nested bom
        maven:apps/web -> maven:nested/inner plugin
        maven:apps/web -> maven:special normal
        maven:core -> maven:. parent
        maven:nested -> maven:. parent
        maven:nested/inner -> maven:nested parent
        problem core/pom.xml:7 dependency.computed: the coordinates of the dependency `x` use a property that no pom here defines
        problem pom.xml:20 member.missing: the module `gone` has no pom.xml; add one or remove the line
        ",
    );
}

#[test]
fn model_4_1_discovers_subprojects_and_infers_the_parent() {
    check(
        "
//- pom.xml
<project xmlns='http://maven.apache.org/POM/4.1.0'>
  <groupId>g</groupId><artifactId>root</artifactId><version>1</version><packaging>pom</packaging>
</project>
//- a/pom.xml
<project xmlns='http://maven.apache.org/POM/4.1.0'>
  <parent/>
  <artifactId>a</artifactId>
  <packaging>pom</packaging>
  <subprojects/>
  <dependencies><dependency><artifactId>b</artifactId></dependency></dependencies>
</project>
//- a/unlisted/pom.xml
<project><groupId>g</groupId><artifactId>unlisted</artifactId><version>1</version></project>
//- b/pom.xml
<project>
  <modelVersion>4.1.0</modelVersion>
  <parent><relativePath>../pom.xml</relativePath></parent>
  <artifactId>b</artifactId>
</project>
//- c/readme.txt
",
        "
        workspace maven:. maven
        maven:. g:root@1 in maven:.
        maven:a g:a@1 in maven:.
        maven:a/unlisted g:unlisted@1
        maven:b g:b@1 in maven:.
        maven:a -> maven:. parent
        maven:a -> maven:b normal
        maven:b -> maven:. parent
        ",
    );
}

#[test]
fn between_reactors_only_the_same_version_links() {
    check(
        "
//- .mvn/maven.config
-T1C -Drevision=2
//- lib/pom.xml
<project><groupId>g</groupId><artifactId>lib</artifactId><version>${revision}</version></project>
//- lib/pom-b.xml
<project><groupId>g</groupId><artifactId>lib-b</artifactId><version>1</version></project>
//- app/pom.xml
<project>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3</version><relativePath/></parent>
  <artifactId>app</artifactId>
  <modules><module>../lib/pom-b.xml</module></modules>
  <dependencies>
    <dependency><groupId>g</groupId><artifactId>lib</artifactId><version>2</version></dependency>
    <dependency><groupId>g</groupId><artifactId>lib-b</artifactId></dependency>
  </dependencies>
</project>
//- old/pom.xml
<project>
  <groupId>g</groupId><artifactId>old</artifactId><version>1</version>
  <dependencies><dependency><groupId>g</groupId><artifactId>lib</artifactId><version>1</version></dependency></dependencies>
</project>
//- a/src/test/resources/pom.xml
<project
//- a/src/main/resources/archetype-resources/pom.xml
<project><groupId>${groupId}</groupId></project>
",
        "
        workspace maven:app maven
        maven:app org.springframework.boot:app@3 in maven:app
        + org.springframework.boot:spring-boot-starter-parent 3 parent
        maven:lib g:lib@2
        maven:lib/pom-b.xml g:lib-b@1 in maven:app
        maven:old g:old@1
        + g:lib 1 normal
        maven:app -> maven:lib normal
        maven:app -> maven:lib/pom-b.xml normal
        ",
    );
}

#[test]
fn faults_are_problems_and_cycles_end() {
    let deep = format!("<project>{}{}</project>", "<a>".repeat(100_000), "</a>".repeat(100_000));
    check(
        &format!(
            "
//- a/pom.xml
<project><artifactId>a</artifactId></project>
//- b/pom.xml
<project>
  <groupId>g</groupId>
//- c/pom.xml
<project>
  <groupId>g</groupId><artifactId>c</artifactId><version>${{v}}</version>
  <properties><v>${{w}}${{w}}</v><w>${{v}}${{v}}</w></properties>
  <parent><artifactId>d</artifactId><relativePath>../d</relativePath></parent>
  <modules><module>../d</module></modules>
</project>
//- d/pom.xml
<project>
  <groupId>g</groupId><artifactId>d</artifactId>
  <parent><artifactId>c</artifactId><relativePath>../c</relativePath></parent>
  <modules><module>../c</module><module>.</module></modules>
</project>
//- deep/pom.xml
{deep}
//- ant/pom.xml
<target/>
"
        ),
        "
        maven:a (no name)
        maven:c g:c
        maven:d g:d
        maven:c -> maven:d parent
        maven:d -> maven:c parent
        problem a/pom.xml manifest.no_name: groupId or artifactId is missing; state it or name a parent that does
        problem b/pom.xml:1 manifest.syntax: is not valid XML: the root node was opened but never closed
        problem deep/pom.xml:1 manifest.too_deep: is nested deeper than a manifest can be; it was not read
        ",
    );
}

#[test]
fn a_pom_may_be_latin_1_where_it_says_so() {
    let file = |name: &str, text: &[u8]| (RepoPath::new(name).unwrap(), text.to_vec());
    let body = b"<project><groupId>g</groupId><artifactId>caf\xe9</artifactId></project>";
    let declared = [b"<?xml version='1.0' encoding='ISO-8859-1'?>".as_slice(), body].concat();
    let source = MemorySource::new([file("a/pom.xml", &declared), file("b/pom.xml", body)]);
    let printed = print(&discover(&source, &DiscoverOptions::default()));
    assert_eq!(
        printed,
        "maven:a g:caf\u{e9}\nproblem b/pom.xml manifest.encoding: is not in the encoding that it declares; save it as UTF-8\n"
    );
}

#[test]
fn a_release_of_an_own_plugin_is_not_the_project() {
    check(
        "
//- pom.xml
<project>
  <groupId>g</groupId><artifactId>root</artifactId><version>2-SNAPSHOT</version>
  <properties><released>1</released></properties>
  <modules><module>api</module><module>plug</module><module>its</module><module>lib</module></modules>
  <build>
    <pluginManagement><plugins>
      <plugin><groupId>g</groupId><artifactId>plug</artifactId><version>${released}</version></plugin>
    </plugins></pluginManagement>
    <plugins><plugin><groupId>g</groupId><artifactId>plug</artifactId></plugin></plugins>
  </build>
</project>
//- api/pom.xml
<project>
  <parent><groupId>g</groupId><artifactId>root</artifactId><version>2-SNAPSHOT</version></parent>
  <artifactId>api</artifactId>
  <build><plugins><plugin><groupId>g</groupId><artifactId>plug</artifactId></plugin></plugins></build>
</project>
//- plug/pom.xml
<project>
  <parent><groupId>g</groupId><artifactId>root</artifactId><version>2-SNAPSHOT</version></parent>
  <artifactId>plug</artifactId>
  <dependencies>
    <dependency><groupId>g</groupId><artifactId>api</artifactId><version>${project.version}</version></dependency>
  </dependencies>
</project>
//- its/pom.xml
<project>
  <parent><groupId>g</groupId><artifactId>root</artifactId><version>2-SNAPSHOT</version></parent>
  <artifactId>its</artifactId>
  <build><plugins>
    <plugin><groupId>g</groupId><artifactId>plug</artifactId><version>${project.version}</version></plugin>
  </plugins></build>
</project>
//- lib/pom.xml
<project>
  <groupId>g</groupId><artifactId>lib</artifactId><version>1</version>
  <build><plugins><plugin><groupId>g</groupId><artifactId>plug</artifactId></plugin></plugins></build>
</project>
",
        "
        workspace maven:. maven
        maven:. g:root@2-SNAPSHOT in maven:.
        maven:api g:api@2-SNAPSHOT in maven:.
        maven:its g:its@2-SNAPSHOT in maven:.
        maven:lib g:lib@1 in maven:.
        maven:plug g:plug@2-SNAPSHOT in maven:.
        maven:api -> maven:. parent
        maven:its -> maven:. parent
        maven:its -> maven:plug plugin
        maven:lib -> maven:plug plugin
        maven:plug -> maven:. parent
        maven:plug -> maven:api normal
        ",
    );
}
