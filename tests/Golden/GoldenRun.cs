using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Golden;

/// <summary>The losses of a run's first steps.</summary>
/// <param name="Optimizer">The optimizer's name, as in <see cref="Optimizers"/>.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Losses">The losses, each before its step's update.</param>
internal sealed record GoldenRun(string Optimizer, float Rate, IReadOnlyList<double> Losses)
{
    /// <summary>The update rules by name, with the settings that PyTorch has by default.</summary>
    public static readonly IReadOnlyDictionary<string, Optimizer> Optimizers =
        new Optimizer[] { Trainer.Optimizers.Optimizer.Sgd(), Trainer.Optimizers.Optimizer.Adam() }.ToDictionary(o => o.Name, StringComparer.Ordinal);
}
