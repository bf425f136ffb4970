using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Autodiff;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Models;

/// <summary>The part of a training step beside model and loss: what the layers read in place of a parameter, the penalty, the gradients and the update.</summary>
/// <param name="g">The step's graph.</param>
/// <param name="settings">What shapes the step.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="step">The number of the batch, an int64 scalar from 1.</param>
/// <param name="rate">The learning rate.</param>
internal sealed class UpdateGraph(GraphBuilder g, UpdateSettings settings, ulong seed, Value step, Value rate)
{
    /// <summary>The suffix of a gradient's output.</summary>
    public const string Gradient = ".gradient";

    /// <summary>The output that is minimised where it is more than the loss.</summary>
    public const string Objective = "objective";

    /// <summary>The input that is a batch's share of the rows of its step, where a step has several batches.</summary>
    public const string ShareInput = "share";

    /// <summary>The input that says whether a batch is its step's last.</summary>
    public const string LastInput = "last";

    /// <summary>The state that is a step's gradient so far.</summary>
    public const string Sum = "sum";

    private readonly Dictionary<string, Value[]> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> _penalized = new(StringComparer.Ordinal);
    private readonly Dictionary<float, Value> _rates = [];
    private LossScale? _scale;

    /// <summary>What layers read in place of a parameter.</summary>
    public Value Read(Parameter parameter, Value value)
    {
        if (!settings.Changes(parameter))
        {
            return value;
        }

        if (settings.Optimizer is UpdateRule rule)
        {
            _states[parameter.Name] = [.. settings.StateOf(parameter).Select(name => g.Input(name, value.Type))];
            value = rule.LookAhead == 0 ? value : g.Add(value, g.Mul(_states[parameter.Name][0], rule.LookAhead));
        }

        _penalized[parameter.Name] = value;
        return Noisy(value, settings.Regularization.WeightNoise, "noise/" + parameter.Name);
    }

    /// <summary>What the first layer reads in place of the features.</summary>
    public Value ReadInput(Value features) => Noisy(features, settings.Regularization.InputNoise, "noise");

    /// <summary>Adds what follows the loss, as outputs of the graph.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="watched">Values of the model whose gradients are asked for.</param>
    /// <returns>The gradients of the parameters that change, by name, and of the watched values; none where the optimizer needs none.</returns>
    public (IReadOnlyDictionary<string, Value> Parameters, IReadOnlyList<Value> Watched) Add(Value loss, IReadOnlyList<Parameter> parameters, IReadOnlyList<Value> watched)
    {
        settings.Check(parameters);
        Parameter[] changed = [.. parameters.Where(settings.Changes)];
        Value objective = loss;
        if (settings.Regularization.HasPenalty)
        {
            using IDisposable penalties = g.Scope("penalty");
            objective = g.Add(loss, Penalty(changed));
            g.Output(objective, Objective);
        }

        if (settings.Optimizer is Genetic)
        {
            return (new Dictionary<string, Value>(StringComparer.Ordinal), []);
        }

        _scale = settings.Scaling is { } scaling && settings.Optimizer is UpdateRule ? new LossScale(g, scaling) : null;
        IReadOnlyList<Value> all = Backward.Run(g, _scale?.Scaled(objective) ?? objective, [.. changed.Select(p => g[p.Name]), .. watched]);
        all = _scale is null ? all : [.. all.Select(_scale.Unscaled)];
        Value[] gradients = [.. all.Take(changed.Length)];
        if (settings.Optimizer is UpdateRule rule)
        {
            using IDisposable update = g.Scope("update");
            AddUpdates(rule, changed, gradients);
        }
        else
        {
            for (int i = 0; i < changed.Length; i++)
            {
                g.Output(gradients[i], changed[i].Name + Gradient);
            }
        }

        return (changed.Zip(gradients).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal), [.. all.Skip(changed.Length)]);
    }

    /// <summary>What replaces a value that the layers keep from step to step: the value itself where the step is skipped.</summary>
    public Value Kept(string name, Value next) => _scale is null ? next : g.Where(_scale.Finite, next, g[name]);

    private void AddUpdates(UpdateRule rule, Parameter[] parameters, Value[] gradients)
    {
        bool accumulates = settings.Accumulate > 1;
        Value time = step;
        Value? last = null;
        if (accumulates)
        {
            Value share = g.Input(ShareInput, TensorType.Of(DType.Float));
            last = g.Input(LastInput, TensorType.Of(DType.Bool));
            Value one = g.Scalar(1, DType.Int64);
            time = g.Add(g.Div(g.Sub(step, one), g.Scalar(settings.Accumulate, DType.Int64)), one);
            gradients = [.. gradients.Select((d, i) => g.Add(_states[parameters[i].Name][^1], g.Mul(d, share)))];
        }

        time = _scale?.Time(time) ?? time;
        _scale?.Look(gradients);
        _scale?.AddNext(last);
        Value? applies = last is null || _scale is null ? last ?? _scale?.Finite : g.Node("And", [last, _scale.Finite]);
        Value[] clipped = Clip(gradients);
        for (int i = 0; i < parameters.Length; i++)
        {
            Parameter parameter = parameters[i];
            Value w = g[parameter.Name];
            Value[] state = _states[parameter.Name];
            ParameterGroup? group = settings.GroupOf(parameter.Name);
            Value ownRate = RateTimes(group?.Rate ?? 1);
            Value[] next = rule.Update(
                g,
                Decayed(parameter, w, ownRate),
                clipped[i],
                [.. state.Take(rule.State.Count)],
                ownRate,
                time,
                group?.Decay ?? (parameter.Decays ? null : 0f));
            next[0] = MaxNorm(parameter, next[0]);
            next = [.. next, .. settings.AverageDecays.Select((decay, k) => Average(state[rule.State.Count + k], next[0], decay))];
            Value[] before = [w, .. state];
            Value[] after =
            [
                .. applies is null ? next : next.Select((value, k) => g.Where(applies, value, before[k])),
                .. last is null ? (Value[])[] : [g.Where(last, g.Scalar(0, DType.Float), gradients[i])],
            ];
            for (int k = 0; k < after.Length; k++)
            {
                g.Output(after[k], before[k].Name + TrainingGraphs.NextSuffix);
            }
        }
    }

    private Value Penalty(Parameter[] parameters)
    {
        Regularization r = settings.Regularization;
        Value? sum = null;
        foreach (Parameter parameter in parameters.Where(p => p.Decays || r.CoversBiases))
        {
            Value w = _penalized[parameter.Name];
            Value? l1 = r.L1 > 0 ? g.Mul(g.ReduceSum(g.Node("Abs", [w]), keepDims: false), r.L1) : null;
            Value? l2 = r.L2 > 0 ? g.Mul(g.ReduceSum(g.Mul(w, w), keepDims: false), r.L2 / 2) : null;
            foreach (Value term in new[] { l1, l2 }.OfType<Value>())
            {
                sum = sum is null ? term : g.Add(sum, term);
            }
        }

        return sum ?? g.Scalar(0, DType.Float);
    }

    // By value first: the norm is then that of what is used. The factor is exactly 1 below the limit.
    private Value[] Clip(Value[] gradients)
    {
        if (settings.ClipValue > 0)
        {
            Value low = g.Scalar(-settings.ClipValue, DType.Float);
            Value high = g.Scalar(settings.ClipValue, DType.Float);
            gradients = [.. gradients.Select(d => g.Node("Clip", [d, low, high]))];
        }

        if (settings.ClipNorm > 0)
        {
            Value squares = gradients.Select(d => g.Reduce("ReduceSumSquare", d, keepDims: false)).Aggregate((a, b) => g.Add(a, b));
            Value limit = g.Scalar(settings.ClipNorm, DType.Float);
            Value factor = g.Div(limit, g.Node("Max", [g.Node("Sqrt", [squares]), limit]));
            gradients = [.. gradients.Select(d => g.Mul(d, factor))];
        }

        return gradients;
    }

    private Value Decayed(Parameter parameter, Value w, Value ownRate)
    {
        float decay = parameter.Decays ? settings.Regularization.DecoupledDecay : 0;
        return decay == 0 ? w : g.Mul(w, g.Sub(g.Scalar(1, DType.Float), g.Mul(ownRate, decay)));
    }

    private Value MaxNorm(Parameter parameter, Value w)
    {
        if (settings.Regularization.MaxNorm == 0 || !parameter.Decays)
        {
            return w;
        }

        Value limit = g.Scalar(settings.Regularization.MaxNorm, DType.Float);
        Value norm = g.Reduce("ReduceL2", w, keepDims: true, [.. parameter.SummedAxes]);
        return g.Mul(w, g.Div(limit, g.Node("Max", [norm, limit])));
    }

    private Value Average(Value average, Value w, float decay) => g.Add(g.Mul(average, decay), g.Mul(w, 1 - decay));

    private Value RateTimes(float factor)
    {
        if (!_rates.TryGetValue(factor, out Value? value))
        {
            value = factor == 1 ? rate : g.Mul(rate, factor);
            _rates.Add(factor, value);
        }

        return value;
    }

    private Value Noisy(Value value, float deviation, string purpose) => deviation == 0
        ? value
        : g.Node(
            "GaussianNoise",
            [value, step],
            Attributes.Of(("deviation", deviation), ("key", unchecked((long)CounterRandom.Key(seed, purpose)))),
            Model.AnnealDomain);
}
