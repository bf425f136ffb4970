using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Architecture;

public sealed class EnumTests
{
    [TestCase(typeof(ActivationKind), typeof(Activation))]
    [TestCase(typeof(CaptureKind), typeof(Anneal.Serving.CaptureMode))]
    [TestCase(typeof(FillKind), typeof(Anneal.Trainer.Data.Augment.BorderFill))]
    [TestCase(typeof(FlipKind), typeof(Anneal.Trainer.Data.Augment.FlipAxis))]
    [TestCase(typeof(InitKind), typeof(Initializer))]
    [TestCase(typeof(ShortcutKind), typeof(Shortcut))]
    [TestCase(typeof(TaskKind), typeof(LearningTask))]
    [TestCase(typeof(LearningTask), typeof(Anneal.Onnx.Formats.ModelTask))]
    [TestCase(typeof(ColumnKind), typeof(Anneal.Onnx.Formats.ColumnKind))]
    [TestCase(typeof(CategoryEncoding), typeof(Anneal.Trainer.Features.CategoryEncoding))]
    [TestCase(typeof(NumericScaling), typeof(Anneal.Trainer.Features.NumberScaling))]
    [TestCase(typeof(UnknownKind), typeof(Anneal.Trainer.Features.UnknownCategory))]
    public void Options_EnumsThatNameTheTrainers_HaveTheSameNames(Type options, Type trainers) =>
        Assert.That(Enum.GetNames(options), Is.EquivalentTo(Enum.GetNames(trainers)));
}
