namespace Anneal.Tests.Docs;

public sealed class PipelinesReferenceTests
{
    private const string Page = "docs/pipelines.md";

    [Test]
    public void Page_OfEveryKey_IsWhatTheRecordsSay()
    {
        string expected = PipelinesReference.Write();
        if (Environment.GetEnvironmentVariable("ANNEAL_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Repository.PathOf(Page), expected);
        }

        Assert.That(Repository.Read(Page), Is.EqualTo(expected), "run with ANNEAL_UPDATE_DOCS=1 to write it again");
    }
}
