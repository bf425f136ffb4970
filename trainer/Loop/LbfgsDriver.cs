using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Trainer.Data;
using Anneal.Trainer.Optimizers;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Trainer.Loop;

/// <summary>L-BFGS: all evaluations of a step are on its one batch.</summary>
internal sealed class LbfgsDriver : IStepDriver
{
    // Losses are sums in float.
    private const double Rounding = 1.2e-7;

    private readonly Objective _objective;
    private readonly LbfgsStep _rule;
    private readonly Dictionary<string, Tensor> _own;
    private readonly float[] _parameters;
    private readonly double[] _point;
    private readonly double[] _gradient;
    private Batch _batch = null!;
    private float _rate;
    private long _step;

    public LbfgsDriver(Objective objective, Lbfgs settings)
    {
        _objective = objective;
        _rule = new LbfgsStep(objective.Length, settings, Evaluate, Rounding);
        LbfgsMemory memory = _rule.Memory;
        _own = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["lbfgs.steps"] = memory.Steps, ["lbfgs.changes"] = memory.Changes, ["lbfgs.count"] = memory.Count };
        State = [.. objective.Parameters.Select(p => p.Name), .. _own.Keys];
        _parameters = new float[objective.Length];
        _point = new double[objective.Length];
        _gradient = new double[objective.Length];
    }

    public IReadOnlyList<string> State { get; }

    public Tensor Read(string name) => _own.TryGetValue(name, out Tensor? tensor) ? tensor.Clone() : _objective.Read(name);

    public void Write(string name, Tensor value)
    {
        if (_own.TryGetValue(name, out Tensor? tensor))
        {
            value.CopyTo(tensor);
        }
        else
        {
            _objective.Write(name, value);
        }
    }

    public StepResult Run(BatchFeed feed, int rows, float rate, long step) => Run(feed.Next(), rate, step);

    public Node? Trace(BatchFeed feed, int rows, float rate, long step)
    {
        Batch batch = feed.Next();
        Node? first = _objective.Trace(batch, rate, step);
        if (first is null)
        {
            Run(batch, rate, step);
        }

        return first;
    }

    public void Dispose() => _objective.Dispose();

    private StepResult Run(Batch batch, float rate, long step)
    {
        (_batch, _rate, _step) = (batch, rate, step);
        _objective.ReadInto(_parameters);
        TensorPrimitives.ConvertTruncating<float, double>(_parameters, _point);
        double value = Evaluate(_point, _gradient);
        StepResult result = _objective.Result;
        if (double.IsFinite(value))
        {
            _rule.Run(_point, value, _gradient, rate);

            // The last point that was tried need not be the one that was taken.
            TensorPrimitives.ConvertTruncating<double, float>(_point, _parameters);
            _objective.Move(_parameters);
        }

        return result;
    }

    private double Evaluate(Span<double> x, Span<double> gradient)
    {
        TensorPrimitives.ConvertTruncating<double, float>(x, _parameters);
        TensorPrimitives.ConvertTruncating<float, double>(_parameters, x);
        double value = _objective.At(_parameters, _batch, _rate, _step);
        _objective.Gradient(gradient);
        return value;
    }
}
