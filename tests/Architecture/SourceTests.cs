using System.Text.RegularExpressions;

namespace Anneal.Tests.Architecture;

public sealed partial class SourceTests
{
    private const int MostLines = 400;

    [Test]
    public void Sources_OfWhatIsShipped_TakeNeitherRandomNumbersNorTimeFromTheMachine()
    {
        string[] found = [.. Repository.Sources(Repository.SourceFolders).Where(f => Forbidden().IsMatch(File.ReadAllText(f)))];

        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Sources_OfWhatIsShipped_AreShort()
    {
        string[] found = [.. Repository.Sources(Repository.SourceFolders).Where(f => File.ReadLines(f).Count() > MostLines)];

        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Types_OfWhatIsShipped_AvoidNamesThatSayNothing()
    {
        string[] found = [.. Repository.Sources(Repository.SourceFolders).Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => Vague().IsMatch(f))];

        Assert.That(found, Is.Empty);
    }

    [GeneratedRegex(@"new Random\(|Random\.Shared|DateTime(Offset)?\.(Utc)?Now|Guid\.NewGuid")]
    private static partial Regex Forbidden();

    [GeneratedRegex("(Utils?|Helpers?|Manager)$")]
    private static partial Regex Vague();
}
