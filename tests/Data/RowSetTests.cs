using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

internal sealed class RowSetTests
{
    private static readonly RowSet s_rows = new([], Tensor.Vector<long>(0), [.. Enumerable.Range(0, 1000).Select(i => 3 * i)]);

    [Test]
    public void Sample_FewerRowsThanThereAre_DrawsEachAtMostOnceInOrderByTheSeed()
    {
        int[] drawn = s_rows.Sample(100, 7).Rows;

        Assert.That(drawn, Has.Length.EqualTo(100).And.Ordered.And.Unique.And.SubsetOf(s_rows.Rows));
        Assert.That(s_rows.Sample(100, 7).Rows, Is.EqualTo(drawn));
        Assert.That(s_rows.Sample(100, 8).Rows, Is.Not.EqualTo(drawn));
        // A mean of 100 draws from 0 to 2997: its deviation is 82.
        Assert.That(drawn.Average(), Is.EqualTo(1498.5).Within(330));
    }

    [TestCase(1000)]
    [TestCase(1001)]
    public void Sample_NoFewerRowsThanThereAre_IsAllOfThem(int most) => Assert.That(s_rows.Sample(most, 7), Is.SameAs(s_rows));
}
