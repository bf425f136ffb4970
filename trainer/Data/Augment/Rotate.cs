namespace Anneal.Trainer.Data.Augment;

/// <summary>Turns an image about its centre by an angle drawn evenly from -degrees to degrees.</summary>
/// <param name="Degrees">The largest angle, above 0.</param>
/// <param name="Fill">What fills the pixels left empty.</param>
public sealed record Rotate(double Degrees, BorderFill Fill) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "rotate";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random) =>
        canvas.Move(AffineMap.Rotation(canvas.Shape, random.Between(0, -Degrees, Degrees)), Fill);
}
