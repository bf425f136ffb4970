using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Stages;
using Anneal.Tests.Pipeline.Config;
using Anneal.Trainer.Data;

namespace Anneal.Tests.Pipeline.Stages;

/// <summary>The weights of classes, counted by hand on the rows that are trained on.</summary>
internal sealed class TargetsTests
{
    private static readonly string[] s_names = ["a", "b", "c"];
    private static readonly int[] s_rows = [0, 1, 2, 3, 4, 5];

    // Rows 6 and 7 are not trained on.
    private static readonly DataTable s_classes = new([], Tensor.Vector<long>(0, 0, 0, 1, 1, 2, 2, 2), s_names);

    private static readonly DataTable s_labels = new([], Labels([1, 0, 1], [0, 0, 1], [0, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1], [1, 1, 1]), s_names);

    // Rows over classes times rows of the class: 6 / (3·3), 6 / (3·2), 6 / (3·1).
    [TestCase("cross_entropy")]
    [TestCase("weston_watkins")]
    [TestCase("focal")]
    [TestCase("sigmoid_mse")]
    public void Of_BalancedClasses_WeighsEachByItsCountedRows(string loss) =>
        Assert.That(Weights("classification", $"loss={{{loss}: {{class_weights: balanced}}}}", s_classes), Is.EqualTo(new[] { 6f / 9, 6f / 6, 6f / 3 }));

    // Of each label negative rows over positive ones: 5 / 1, 3 / 3, 1 / 5.
    [TestCase("binary_cross_entropy")]
    [TestCase("hinge")]
    [TestCase("focal")]
    [TestCase("sigmoid_mse")]
    public void Of_BalancedLabels_WeighsThePositiveRowsByTheNegativeOnes(string loss) =>
        Assert.That(Weights("multilabel", $"loss={{{loss}: {{class_weights: balanced}}}}", s_labels), Is.EqualTo(new[] { 5f, 1f, 1f / 5 }));

    [Test]
    public void Of_WeightsByName_AreOneWhereNoneIsGiven() =>
        Assert.That(Weights("classification", "loss={cross_entropy: {class_weights: {b: 3, c: 0.5}}}", s_classes), Is.EqualTo(new[] { 1f, 3f, 0.5f }));

    [Test]
    public void Of_NoWeights_AreNone() => Assert.That(Weights("classification", "loss=cross_entropy", s_classes), Is.Null);

    private static IReadOnlyList<float>? Weights(string task, string loss, DataTable table) =>
        Targets.Of(ConfigText.LoadTable(task, loss), table, s_rows).ClassWeights;

    private static Tensor Labels(params float[][] rows)
    {
        Tensor labels = Tensor.Zeros(DType.Float, rows.Length, rows[0].Length);
        rows.SelectMany(r => r).ToArray().CopyTo(labels.Span<float>());
        return labels;
    }
}
