namespace Anneal.Trainer.Data.Augment;

/// <summary>Enlarges an image about its centre by a factor drawn evenly from a range; below 1 it shrinks.</summary>
/// <param name="Min">The least factor, above 0.</param>
/// <param name="Max">The largest.</param>
/// <param name="Fill">What fills the pixels left empty.</param>
public sealed record Zoom(double Min, double Max, BorderFill Fill) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "scale";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        double step = 1 / random.Between(0, Min, Max);
        canvas.Move(AffineMap.AboutCentre(canvas.Shape, step, 0, 0, step), Fill);
    }
}
