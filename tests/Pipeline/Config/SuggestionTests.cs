using Anneal.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class SuggestionTests
{
    [TestCase("", "", 0)]
    [TestCase("", "abc", 3)]
    [TestCase("abc", "abc", 0)]
    [TestCase("abc", "acb", 1)]
    [TestCase("optimzer", "optimizer", 1)]
    [TestCase("kitten", "sitting", 3)]
    public void Distance_TwoNames_CountsEdits(string a, string b, int expected)
    {
        Assert.That(Suggestion.Distance(a, b), Is.EqualTo(expected));
        Assert.That(Suggestion.Distance(b, a), Is.EqualTo(expected));
    }

    [TestCase("early-stoping", "; did you mean 'early_stopping'?")]
    [TestCase("lr", "; expected one of: early_stopping, epochs")]
    public void For_Name_SuggestsOnlyWhatIsNear(string name, string expected)
    {
        Assert.That(Suggestion.For(name, ["early_stopping", "epochs"]), Is.EqualTo(expected));
    }
}
