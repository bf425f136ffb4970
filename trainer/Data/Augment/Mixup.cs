namespace Anneal.Trainer.Data.Augment;

/// <summary>λ · first + (1 - λ) · second, of features and targets alike.</summary>
/// <seealso href="https://arxiv.org/abs/1710.09412">Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018</seealso>
public sealed record Mixup : BatchMix
{
    /// <inheritdoc/>
    public override string Name => "mixup";

    /// <inheritdoc/>
    public override Mixture Choose(ImageShape shape, SampleRandom random, uint draw)
    {
        float share = (float)Beta.Draw(Alpha, random, draw);
        return new Mixture(share, 0, 0, shape.Height, shape.Width, share);
    }
}
