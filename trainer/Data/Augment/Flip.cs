namespace Anneal.Trainer.Data.Augment;

/// <summary>Mirrors an image.</summary>
/// <param name="Axis">The axis that is reversed.</param>
/// <param name="Alternates">Whether an image is mirrored in every second epoch, half of them in the even ones, rather than by chance.</param>
public sealed record Flip(FlipAxis Axis, bool Alternates = false) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "flip";

    /// <inheritdoc/>
    public override double Probability { get; init; } = 0.5;

    /// <inheritdoc/>
    public override bool Happens(SampleRandom random) => Alternates ? base.Happens(random.In(0)) ^ (random.Epoch % 2 == 1) : base.Happens(random);

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random) =>
        canvas.Move(Axis == FlipAxis.Horizontal ? AffineMap.AboutCentre(canvas.Shape, -1, 0, 0, 1) : AffineMap.AboutCentre(canvas.Shape, 1, 0, 0, -1), null);
}
