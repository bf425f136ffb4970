using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Optimizers;

/// <summary>All that shapes how a step changes the parameters.</summary>
/// <param name="Optimizer">The method.</param>
public sealed record UpdateSettings(Optimizer Optimizer)
{
    /// <summary>Groups of parameters; the first that a name fits holds.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>Whether a group that fits no parameter is left out rather than refused: its name is one of another network's.</summary>
    public bool GroupsMayFitNone { get; init; }

    /// <summary>Which parameters stay as they are; where none of these fits, their group says so.</summary>
    public IReadOnlyList<FreezeRule> Freezing { get; init; } = [];

    /// <summary>Weights of an imported model that are no parameters: what they lead to was computed once for all rows.</summary>
    public IReadOnlyList<string> Ahead { get; init; } = [];

    /// <summary>The regularisers.</summary>
    public Regularization Regularization { get; init; } = new();

    /// <summary>The largest global norm of the gradient; 0 for any.</summary>
    public float ClipNorm { get; init; }

    /// <summary>The largest size of a gradient's element; 0 for any.</summary>
    public float ClipValue { get; init; }

    /// <summary>Batches whose mean gradient makes one step, at least 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The decays d of exponential moving averages E ← d·E + (1 - d)·W that are kept of every parameter that changes, each in [0, 1).</summary>
    public IReadOnlyList<float> AverageDecays { get; init; } = [];

    /// <summary>How the loss is scaled before its gradient is taken; null where it is not.</summary>
    public LossScaling? Scaling { get; init; }

    /// <summary>What scaling keeps from step to step, with first values; nothing where the optimizer is no update rule.</summary>
    internal IReadOnlyList<(string Name, Tensor Initial)> ScalingState => Optimizer is UpdateRule ? Scaling?.State ?? [] : [];

    /// <summary>An optimizer with nothing beside it.</summary>
    /// <param name="optimizer">The method.</param>
    public static implicit operator UpdateSettings(Optimizer optimizer) => new(optimizer);

    /// <summary>The settings of an optimizer with nothing beside it.</summary>
    /// <param name="optimizer">The method.</param>
    /// <returns>The settings.</returns>
    public static UpdateSettings FromOptimizer(Optimizer optimizer) => new(optimizer);

    /// <summary>The group of a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The group, or null.</returns>
    public ParameterGroup? GroupOf(string name) => Groups.FirstOrDefault(g => g.Matches(name));

    /// <summary>Whether steps change a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <returns>False for running averages and where it is frozen.</returns>
    public bool Changes(Parameter parameter) => parameter.IsTrained && !IsFrozen(parameter.Name);

    /// <summary>Whether a trained parameter stays as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True where a rule freezes it, or no rule is for it and its group does.</returns>
    public bool IsFrozen(string name) => FreezeRule.Of(Freezing, name) ?? GroupOf(name)?.IsFrozen ?? false;

    /// <summary>The names of the tensors that an update keeps for a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <returns>Names such as <c>dense1.weight.m</c>; none where steps do not change it.</returns>
    public IEnumerable<string> StateOf(Parameter parameter) => Optimizer is UpdateRule rule && Changes(parameter)
        ? rule.State.Select(s => $"{parameter.Name}.{s}").Concat(AveragesOf(parameter)).Concat(Accumulate > 1 ? [$"{parameter.Name}.{UpdateGraph.Sum}"] : [])
        : [];

    /// <summary>The names of a parameter's moving averages, one for each decay.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <returns>Names such as <c>dense1.weight.ema1</c>; none where steps do not change it.</returns>
    public IEnumerable<string> AveragesOf(Parameter parameter) => Optimizer is UpdateRule && Changes(parameter)
        ? AverageDecays.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}.ema{i + 1}"))
        : [];

    /// <summary>Refuses a group or rule that holds for no parameter, and settings that leave nothing to train.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <exception cref="AnnealException">A pattern fits no name, or only names that an earlier one has taken; all is frozen.</exception>
    public void Check(IReadOnlyList<Parameter> parameters)
    {
        string[] names = [.. parameters.Where(p => p.IsTrained).Select(p => p.Name), .. Ahead];
        foreach (FreezeRule rule in Freezing.Where(r => !names.Any(r.Matches)))
        {
            throw NoneFits(rule.Pattern, rule.Origin, names);
        }

        foreach (ParameterGroup group in GroupsMayFitNone ? [] : Groups)
        {
            if (!names.Any(group.Matches))
            {
                throw NoneFits(group.Pattern, group.Origin, names);
            }

            if (!names.Any(n => GroupOf(n) == group))
            {
                throw AnnealException.BadUsage($"an earlier group has every parameter that fits '{group.Pattern}'", "the first group that fits holds: put this one before it").In(group.Origin.ToString());
            }
        }

        if (names.Length > 0 && !parameters.Any(Changes))
        {
            throw AnnealException.BadUsage("all parameters are frozen: there is nothing to train").In((Freezing.LastOrDefault(r => r.IsFrozen)?.Origin ?? Groups[^1].Origin).ToString());
        }
    }

    private static AnnealException NoneFits(string pattern, Onnx.Ir.Origin origin, string[] names) =>
        AnnealException.BadUsage($"no parameter fits '{pattern}'", $"the parameters are {string.Join(", ", names)}").In(origin.ToString());
}
