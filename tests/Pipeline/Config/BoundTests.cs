using Anneal.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class BoundTests
{
    [TestCase(">= 0.93", 0.93, true)]
    [TestCase(">0.93", 0.93, false)]
    [TestCase("<= 1e-3", 0.001, true)]
    [TestCase("< 1", 1, false)]
    [TestCase(" >= -2 ", double.NaN, false)]
    public void IsMet_Value_FollowsTheOperator(string text, double value, bool expected)
    {
        Assert.That(Bound.TryParse(text, out Bound bound), Is.True);
        Assert.That(bound.IsMet(value), Is.EqualTo(expected));
        Assert.That(Bound.TryParse(bound.ToString(), out Bound again) && again == bound, Is.True);
    }

    [TestCase("")]
    [TestCase("0.93")]
    [TestCase("=> 0.93")]
    [TestCase(">=")]
    [TestCase(">= nan")]
    [TestCase(">= 0,9")]
    public void TryParse_NoLimit_IsRefused(string text)
    {
        Assert.That(Bound.TryParse(text, out _), Is.False);
    }
}
