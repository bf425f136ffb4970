using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Models;

/// <summary>The part of a step that scales the loss, and keeps all state where the gradients are not finite.</summary>
internal sealed class LossScale
{
    private const float Growth = 2;
    private const float Backoff = 0.5f;

    // A gradient that overflows even so is of a model that has diverged.
    private const float Smallest = 1f / (1 << 24);

    private readonly GraphBuilder _g;
    private readonly LossScaling _scaling;
    private readonly Value _scale;
    private readonly Value _inverse;
    private readonly Value _lag;
    private Value? _finite;

    public LossScale(GraphBuilder g, LossScaling scaling)
    {
        _g = g;
        _scaling = scaling;
        foreach ((string name, Tensor initial) in scaling.State)
        {
            g.Input(name, TensorType.Of(initial));
        }

        _scale = g[LossScaling.Scale];
        _lag = g[LossScaling.SkippedInPhase];
        _inverse = g.Div(g.Scalar(1, DType.Float), _scale);
    }

    /// <summary>Whether the gradients are finite, a bool scalar.</summary>
    public Value Finite => _finite ?? throw new InvalidOperationException("no gradients were looked at");

    /// <summary>The objective that is differentiated.</summary>
    public Value Scaled(Value objective) => _g.Mul(objective, _scale);

    /// <summary>The gradient of the objective itself.</summary>
    public Value Unscaled(Value gradient) => _g.Mul(gradient, _inverse);

    /// <summary>The number of the step among those that were not skipped, if this one is not.</summary>
    public Value Time(Value step) => _g.Sub(step, _lag);

    /// <summary>Looks at the gradients: d - d is zero, and NaN where d is not finite.</summary>
    public void Look(IEnumerable<Value> gradients)
    {
        Value sum = gradients.Select(d => _g.ReduceSum(_g.Sub(d, d), keepDims: false)).Aggregate(_g.Add);
        _finite = _g.Equal(sum, _g.Scalar(0, DType.Float));
    }

    /// <summary>Adds the states that follow, as outputs.</summary>
    /// <param name="last">Whether the batch is its step's last; null where it always is.</param>
    public void AddNext(Value? last)
    {
        Value zero = _g.Scalar(0, DType.Int64);
        Value one = _g.Scalar(1, DType.Int64);
        Value grown = _g.Add(_g[LossScaling.Good], one);
        Value isFull = _g.Node("GreaterOrEqual", [grown, _g.Scalar(_scaling.Interval, DType.Int64)]);
        Value lower = _g.Node("Max", [_g.Mul(_scale, Backoff), _g.Scalar(Smallest, DType.Float)]);
        Value skipped = _g.Where(Finite, zero, one);
        Next(LossScaling.Scale, _g.Where(Finite, _g.Where(isFull, _g.Mul(_scale, Growth), _scale), lower));
        Next(LossScaling.Good, _g.Where(_g.Node("And", [Finite, _g.Node("Not", [isFull])]), grown, zero));
        Next(LossScaling.Skipped, _g.Add(_g[LossScaling.Skipped], skipped));
        Next(LossScaling.SkippedInPhase, _g.Add(_lag, skipped));

        void Next(string name, Value value) => _g.Output(last is null ? value : _g.Where(last, value, _g[name]), name + TrainingGraphs.NextSuffix);
    }
}
