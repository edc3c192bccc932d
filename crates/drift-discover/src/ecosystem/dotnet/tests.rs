use crate::ecosystem::tests::check;

#[test]
fn solutions_list_projects_and_the_nearest_one_above_wins() {
    check(
        r#"
//- All.sln
Microsoft Visual Studio Solution File, Format Version 12.00
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "App", "src\App\App.csproj", "{1}"
EndProject
Project("{2150E333-8FDC-42A3-9474-1A3956D46DE8}") = "folder", "folder", "{2}"
EndProject
Project("{E24C65DC-7377-472B-9ABA-BC803B73C61A}") = "site", "http://localhost/site", "{3}"
EndProject
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Lib", "src/Lib/Lib.fsproj", "{4}"
EndProject
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Gone", "src\Gone\Gone.csproj", "{5}"
EndProject
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Out", "..\Out\Out.csproj", "{6}"
EndProject
//- src/Lib/Lib.slnx
<Solution>
  <Folder Name="/a/"><Project Path="Lib.fsproj" /><File Path="README.md" /></Folder>
  <Project Path="..\..\fixtures\Sample\Sample.csproj" />
</Solution>
//- src/App/App.csproj
<Project />
//- src/App/Other.vbproj
<Project />
//- src/Lib/Lib.fsproj
<Project />
//- fixtures/Sample/Sample.csproj
<Project />
//- fixtures/Unlisted/Unlisted.csproj
<Project />
"#,
        "
        workspace dotnet:. dotnet
        workspace dotnet:src/Lib dotnet
        dotnet:fixtures/Sample/Sample.csproj Sample in dotnet:src/Lib
        dotnet:src/App/App.csproj App in dotnet:.
        dotnet:src/App/Other.vbproj Other
        dotnet:src/Lib/Lib.fsproj Lib in dotnet:src/Lib
        problem All.sln:10 member.missing: the project `src/Gone/Gone.csproj` is no file; correct or remove it
        problem All.sln:12 member.outside: the project `../Out/Out.csproj` is outside the repository
        ",
    );
}

#[test]
fn references_are_paths_lists_wildcards_and_static_properties() {
    check(
        r#"
//- Directory.Build.props
<Project>
  <PropertyGroup>
    <RepoRoot Condition="'$(RepoRoot)' == ''">$(MSBuildThisFileDirectory)</RepoRoot>
    <LibDir>$([MSBuild]::NormalizeDirectory('$(RepoRoot)', 'src', 'Lib'))</LibDir>
  </PropertyGroup>
</Project>
//- src/App/App.csproj
<Project Sdk="Microsoft.NET.Sdk">
  <!-- <ProjectReference Include="nothing.csproj" /> -->
  <ItemGroup Condition="'$(TargetFramework)' == 'net8.0'">
    <ProjectReference Include="$(LibDir)Lib.csproj; ..\Two%20Words\Two.csproj" />
  </ItemGroup>
  <ItemGroup>
    <projectreference Include="$(reporoot)plugins/**/*.csproj" Exclude="$(RepoRoot)plugins\b\b.csproj" />
    <ProjectReference Include="..\App\App.csproj" />
    <ProjectReference Include="..\Early\Early.csproj" />
    <ProjectReference Remove="..\Early\Early.csproj" />
    <ProjectReference Include="@(Others)" />
    <ProjectReference Include="$(FromOutside)\x.csproj" />
    <ProjectReference Include="..\Missing\Missing.csproj" />
    <ProjectReference Include="C:\elsewhere\x.csproj" />
  </ItemGroup>
  <Target Name="T"><ItemGroup><ProjectReference Include="..\Early\Early.csproj" /></ItemGroup></Target>
</Project>
//- src/Lib/Lib.csproj
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003" />
//- src/Two Words/Two.csproj
<Project />
//- src/Early/Early.csproj
<Project />
//- plugins/a/deep/a.csproj
<Project />
//- plugins/b/b.csproj
<Project />
"#,
        "
        dotnet:plugins/a/deep/a.csproj a
        dotnet:plugins/b/b.csproj b
        dotnet:src/App/App.csproj App
        + Microsoft.NET.Sdk  build
        dotnet:src/Early/Early.csproj Early
        dotnet:src/Lib/Lib.csproj Lib
        dotnet:src/Two Words/Two.csproj Two
        dotnet:src/App/App.csproj -> dotnet:plugins/a/deep/a.csproj normal
        dotnet:src/App/App.csproj -> dotnet:src/Lib/Lib.csproj normal
        dotnet:src/App/App.csproj -> dotnet:src/Two Words/Two.csproj normal
        problem src/App/App.csproj:11 dependency.computed: the reference `@(Others)` is an item expression, which only MSBuild can evaluate; it is not recorded
        problem src/App/App.csproj:12 dependency.computed: the reference `$(FromOutside)\\x.csproj` needs `FromOutside`, whose value no file tells; it is not recorded
        problem src/App/App.csproj:13 dependency.missing: the reference `..\\Missing\\Missing.csproj` names `src/Missing/Missing.csproj`, which is no file
        ",
    );
}

#[test]
fn imported_references_count_where_their_condition_is_certain() {
    check(
        r#"
//- Directory.Build.props
<Project>
  <PropertyGroup><Kind>none</Kind></PropertyGroup>
  <Import Project="eng\common.props" />
  <Import Project="$(MSBuildExtensionsPath)\x.props" />
  <Import Project="$(Secret)\x.props" />
  <Import Project="eng/gone.props" Condition="Exists('eng/gone.props')" />
</Project>
//- eng/common.props
<Project><PropertyGroup><FromCommon>true</FromCommon></PropertyGroup></Project>
//- src/Directory.Build.props
<Project>
  <Import Project="$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))" />
</Project>
//- src/Directory.Build.targets
<Project>
  <ItemGroup Condition="'$(Kind)' == 'test' and '$(FromCommon)' == 'true'">
    <ProjectReference Include="$(MSBuildThisFileDirectory)Kit/Kit.csproj" />
  </ItemGroup>
  <ItemGroup Condition="'$(IsTestProject)' == 'true'">
    <ProjectReference Include="..\Kit\Kit.csproj" />
  </ItemGroup>
  <ItemGroup Condition="!(Exists('$(MSBuildProjectDirectory)\Kit.csproj')) and $(MSBuildProjectName) != 'B'">
    <ProjectReference Include="..\B\B.csproj" />
  </ItemGroup>
</Project>
//- src/A/A.csproj
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><Kind>test</Kind></PropertyGroup></Project>
//- src/B/B.csproj
<Project Sdk="Microsoft.NET.Sdk" />
//- src/Kit/Kit.csproj
<Project Sdk="Microsoft.NET.Sdk" />
//- deep/Directory.Build.props
<Project>
  <PropertyGroup>
    <Up Condition="'$(_DirectoryBuildPropsFile)' != ''">$([System.IO.Path]::Combine('..', '$(_DirectoryBuildPropsFile)'))</Up>
  </PropertyGroup>
  <Import Project="$(Up)" Condition="Exists('$(Up)')" />
</Project>
//- deep/Deep.csproj
<Project>
  <Import Project="$(MSBuildExtensionsPath)\$(MSBuildToolsVersion)\Microsoft.Common.props" />
  <ItemGroup><ProjectReference Include="..\src\$(Kind)\none.csproj" /></ItemGroup>
</Project>
//- src/none/none.csproj
<Project />
//- src/Old/Old.csproj
<Project><Import Project="local.props" /></Project>
"#,
        "
        dotnet:deep/Deep.csproj Deep
        dotnet:src/A/A.csproj A
        + Microsoft.NET.Sdk  build
        dotnet:src/B/B.csproj B
        + Microsoft.NET.Sdk  build
        dotnet:src/Kit/Kit.csproj Kit
        + Microsoft.NET.Sdk  build
        dotnet:src/Old/Old.csproj Old
        dotnet:src/none/none.csproj none
        dotnet:deep/Deep.csproj -> dotnet:src/none/none.csproj normal
        dotnet:src/A/A.csproj -> dotnet:src/B/B.csproj normal
        dotnet:src/A/A.csproj -> dotnet:src/Kit/Kit.csproj normal
        problem Directory.Build.props:5 import.computed: the import `$(Secret)\\x.props` needs `Secret`, which no file sets; what it adds is not read
        problem src/Directory.Build.targets:6 dependency.conditional: whether the reference `..\\Kit\\Kit.csproj` applies depends on the build; it is not recorded
        problem src/Old/Old.csproj:1 import.missing: the import `local.props` names `src/Old/local.props`, which is no file
        ",
    );
}

#[test]
fn versions_of_packages_come_from_the_item_or_the_central_file() {
    check(
        r#"
//- Directory.Packages.props
<Project>
  <PropertyGroup><JsonVersion>13.0.1</JsonVersion></PropertyGroup>
  <ItemGroup>
    <PackageVersion Include="newtonsoft.json" Version="$(JsonVersion)" />
    <PackageVersion Include="B" Version="$(Later)" />
    <GlobalPackageReference Include="Analyzer" Version="1.0" />
  </ItemGroup>
</Project>
//- Web.csproj
<Project Sdk="Microsoft.NET.Sdk.Web;My.Sdk/2.1">
  <PropertyGroup>
    <VersionPrefix>1.2.3</VersionPrefix>
    <IsPackable>False</IsPackable>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" />
    <PackageReference Include="B;C" />
    <PackageReference Include="D"><Version>[4,5)</Version></PackageReference>
    <PackageReference Include="Newtonsoft.Json" VersionOverride="12" Condition="'$(X)' == '1'" />
    <FrameworkReference Include="Microsoft.AspNetCore.App" />
  </ItemGroup>
</Project>
"#,
        "
        dotnet:Web.csproj Web@1.2.3 private
        + Analyzer 1.0 dev
        + B $(Later) normal
        + C  normal
        + D [4,5) normal
        + Microsoft.AspNetCore.App  normal
        + Microsoft.NET.Sdk.Web  build
        + My.Sdk 2.1 build
        + Newtonsoft.Json 12 normal
        + Newtonsoft.Json 13.0.1 normal
        ",
    );
}

#[test]
fn imports_in_a_circle_and_values_that_grow_end() {
    let doubling: String = (0..60).map(|_| "<A>$(A)$(A)</A>").collect();
    let fixture = format!(
        r#"
//- A.csproj
<Project><PropertyGroup><A>x</A>{doubling}</PropertyGroup><Import Project="A.csproj" /></Project>
//- B.csproj
<Projects/>
//- C.csproj
<Project><ItemGroup Condition="{}"><ProjectReference Include="A.csproj" /></ItemGroup></Project>
"#,
        "(".repeat(10_000)
    );
    check(
        &fixture,
        "
        dotnet:A.csproj A
        dotnet:B.csproj B
        dotnet:C.csproj C
        dotnet:C.csproj -> dotnet:A.csproj normal
        problem A.csproj import.too_many: imports more files than drift follows (500, 50 deep)
        problem B.csproj:1 manifest.no_project: is no MSBuild file: it starts with <Projects>
        ",
    );
}

#[test]
fn functions_cut_paths_and_texts_and_sdks_give_defaults() {
    check(
        r#"
//- global.json
{}
//- build/Common.props
<Project>
  <PropertyGroup>
    <Top>$([System.IO.Directory]::GetParent($(MSBuildThisFileDirectory)).Parent.FullName)</Top>
    <Short>$(MSBuildProjectName.Replace('.Tests', '').ToLowerInvariant())</Short>
  </PropertyGroup>
  <ItemGroup Condition="'$(AssemblyName)' != 'Lib' and $([System.String]::Copy('$(MSBuildProjectName)').EndsWith('.Tests'))">
    <ProjectReference Include="$(Top)\src\Lib\Lib.csproj" />
  </ItemGroup>
  <ItemGroup Condition="$(MSBuildProjectDirectory.Contains('above'))">
    <ProjectReference Include="$(Top)\src\Lib\Lib.csproj" />
  </ItemGroup>
</Project>
//- src/App/App.Tests.csproj
<Project Sdk="Microsoft.NET.Sdk">
  <Import Project="..\..\build\Common.props" />
  <ItemGroup><ProjectReference Include="$(Top)\src\$(Short)\$(Short).csproj" /></ItemGroup>
</Project>
//- src/app/app.csproj
<Project />
//- src/Lib/Lib.csproj
<Project>
  <Import Project="..\..\build\Common.props" />
</Project>
//- eng/Shared.props
<Project>
  <ItemGroup><ProjectReference Include="$(RepoRoot)src\Lib\Lib.csproj" /></ItemGroup>
</Project>
//- tools/Tool/Tool.csproj
<Project>
  <Import Project="Sdk.props" Sdk="Microsoft.DotNet.Arcade.Sdk" />
  <Import Project="$(RepositoryEngineeringDir)Shared.props" />
</Project>
"#,
        "
        dotnet:src/App/App.Tests.csproj App.Tests
        + Microsoft.NET.Sdk  build
        dotnet:src/Lib/Lib.csproj Lib
        dotnet:src/app/app.csproj app
        dotnet:tools/Tool/Tool.csproj Tool
        + Microsoft.DotNet.Arcade.Sdk  build
        dotnet:src/App/App.Tests.csproj -> dotnet:src/Lib/Lib.csproj normal
        dotnet:src/App/App.Tests.csproj -> dotnet:src/app/app.csproj normal
        dotnet:tools/Tool/Tool.csproj -> dotnet:src/Lib/Lib.csproj normal
        problem build/Common.props:10 dependency.conditional: whether the reference `$(Top)\\src\\Lib\\Lib.csproj` applies depends on the build; it is not recorded
        ",
    );
}

#[test]
fn imports_of_the_tools_of_other_languages_are_no_problem() {
    check(
        r#"
//- Directory.Build.props
<Project>
  <ItemGroup Condition="'$(MSBuildProjectExtension)' == '.vcxproj'">
    <ProjectReference Include="$(MSBuildThisFileDirectory)lib/lib.vcxproj" />
  </ItemGroup>
</Project>
//- native/native.vcxproj
<Project DefaultTargets="Build" ToolsVersion="15.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <Import Project="$(VCTargetsPath)\Microsoft.Cpp.Default.props" />
  <Import Project="$(UserRootDir)\Microsoft.Cpp.$(Platform).user.props" Condition="exists('$(UserRootDir)\x.props')" />
  <Import Project="$(VCTargetsPath)\Microsoft.Cpp.targets" />
</Project>
//- lib/lib.vcxproj
<Project />
//- fs/Old.fsproj
<Project>
  <Choose>
    <When Condition="'$(VisualStudioVersion)' == '11.0'">
      <PropertyGroup Condition="Exists('$(MSBuildExtensionsPath32)\x.targets')">
        <FSharpTargetsPath>$(MSBuildExtensionsPath32)\x.targets</FSharpTargetsPath>
      </PropertyGroup>
    </When>
    <Otherwise>
      <PropertyGroup>
        <FSharpTargetsPath>$(MSBuildExtensionsPath32)\y.targets</FSharpTargetsPath>
        <Either>$(MSBuildExtensionsPath32)\y.targets</Either>
        <Either Condition="'$(VisualStudioVersion)' == '11.0'">own.targets</Either>
      </PropertyGroup>
    </Otherwise>
  </Choose>
  <Import Project="$(FSharpTargetsPath)" />
  <Import Project="$(Either)" />
</Project>
"#,
        "
        dotnet:fs/Old.fsproj Old
        dotnet:lib/lib.vcxproj lib
        dotnet:native/native.vcxproj native
        dotnet:native/native.vcxproj -> dotnet:lib/lib.vcxproj normal
        problem fs/Old.fsproj:17 import.computed: the import `$(Either)` needs `Either`, which depends on the build; what it adds is not read
        ",
    );
}
