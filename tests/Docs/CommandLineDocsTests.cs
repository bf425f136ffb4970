using System.Text.RegularExpressions;
using Anneal.Pipeline.Commands;

namespace Anneal.Tests.Docs;

public sealed partial class CommandLineDocsTests
{
    private static readonly string[] s_pages =
    [
        "README.md", "AGENTS.md", "docs/pipelines.md", "docs/augmentation.md", "docs/design.md", "docs/features.md", "docs/losses.md", "docs/predict.md", "docs/training-graph.md", "docs/performance.md",
        "docs/engines.md", "docs/preflight.md", "docs/report.md", "docs/splits.md", "docs/training.md", "docs/untrusted.md", "docs/validation.md",
    ];

    private static IEnumerable<TestCaseData> Commands() =>
        from page in s_pages
        from line in CommandLines(Repository.Read(page)).Distinct()
        select new TestCaseData(line).SetArgDisplayNames(page, line);

    private static IEnumerable<string> CommandLines(string page) =>
        from Match match in InCode().Matches(page)
        select match.Groups[1].Value.Trim();

    [TestCaseSource(nameof(Commands))]
    public void CommandLine_OfAPage_Parses(string line) =>
        Assert.That(CommandTree.Create().Parse(line).Errors.Select(e => e.Message), Is.Empty, line);

    [Test]
    public void Readme_TableOfCommands_NamesEveryCommandOnce()
    {
        string[] named = [.. Row().Matches(Repository.Read("README.md")).Select(m => m.Groups[1].Value)];

        Assert.That(named, Is.EqualTo(CommandTree.Create().Subcommands.Select(c => c.Name)));
    }

    [Test]
    public void Pages_FilesAndFoldersTheyLinkTo_AreThere()
    {
        foreach (string page in s_pages)
        {
            foreach (Match link in Link().Matches(Repository.Read(page)))
            {
                string target = Path.Combine(Path.GetDirectoryName(Repository.PathOf(page))!, link.Groups[1].Value);
                Assert.That(Path.Exists(target), $"{page} links to {link.Groups[1].Value}");
            }
        }
    }

    // A line of a code block, up to a comment, a pipe or a redirection.
    [GeneratedRegex(@"^(?:\./)?anneal ([a-z][^#>|\n]*)", RegexOptions.Multiline)]
    private static partial Regex InCode();

    [GeneratedRegex(@"^\| `anneal ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
