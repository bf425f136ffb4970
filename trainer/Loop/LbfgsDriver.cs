using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Trainer.Data;
using Anneal.Trainer.Optimizers;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Trainer.Loop;

/// <summary>L-BFGS: a step is a direction and a line search along it, all on the one batch of the step.</summary>
internal sealed class LbfgsDriver : IStepDriver
{
    // Losses are sums in float.
    private const double Rounding = 1.2e-7;

    private readonly Objective _objective;
    private readonly LbfgsMemory _memory;
    private readonly WolfeSearch _search;
    private readonly Dictionary<string, Tensor> _own;
    private readonly Func<double, WolfeSearch.Point> _line;
    private readonly float[] _start;
    private readonly float[] _trial;
    private readonly double[] _direction;
    private readonly double[] _startGradient;
    private readonly double[] _gradient;
    private readonly double[] _moved;
    private Batch _batch = null!;
    private float _rate;
    private long _step;

    public LbfgsDriver(Objective objective, Lbfgs settings)
    {
        _objective = objective;
        _memory = new LbfgsMemory(settings.History, objective.Length);
        _search = new WolfeSearch(settings.SufficientDecrease, settings.Curvature, settings.MaxEvaluations);
        _own = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["lbfgs.steps"] = _memory.Steps, ["lbfgs.changes"] = _memory.Changes, ["lbfgs.count"] = _memory.Count };
        State = [.. objective.Parameters.Select(p => p.Name), .. _own.Keys];
        _start = new float[objective.Length];
        _trial = new float[objective.Length];
        _direction = new double[objective.Length];
        _startGradient = new double[objective.Length];
        _gradient = new double[objective.Length];
        _moved = new double[objective.Length];
        _line = At;
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
        _objective.ReadInto(_start);
        double value = _objective.At(_start, _batch, rate, step);
        StepResult result = _objective.Result;
        if (!double.IsFinite(value))
        {
            return result;
        }

        _objective.Gradient(_startGradient);
        if (!Search(value) && _memory.Count.Span<long>()[0] > 0)
        {
            // The memory no longer points downhill: once more along the gradient.
            _memory.Clear();
            _ = Search(value);
        }

        return result;
    }

    // Whether a lower point was found; the parameters stay where they are otherwise.
    private bool Search(double value)
    {
        _memory.Direction(_startGradient, _direction);
        double slope = TensorPrimitives.Dot<double>(_startGradient, _direction);
        bool isFirst = _memory.Count.Span<long>()[0] == 0;
        double first = _rate * (isFirst ? Math.Min(1, 1 / TensorPrimitives.SumOfMagnitudes<double>(_startGradient)) : 1);
        var start = new WolfeSearch.Point(0, value, slope);
        WolfeSearch.Point found = slope < 0 ? _search.Find(_line, start, first, Rounding * Math.Abs(value)) : start;
        if (found.T == 0)
        {
            _objective.Move(_start);
            return false;
        }

        // The last point that was tried need not be the one that was found.
        _ = At(found.T);
        for (int i = 0; i < _moved.Length; i++)
        {
            _moved[i] = (double)_trial[i] - _start[i];
        }

        TensorPrimitives.Subtract<double>(_gradient, _startGradient, _gradient);
        _memory.Add(_moved, _gradient);
        return true;
    }

    private WolfeSearch.Point At(double t)
    {
        for (int i = 0; i < _trial.Length; i++)
        {
            _trial[i] = (float)(_start[i] + (t * _direction[i]));
        }

        double value = _objective.At(_trial, _batch, _rate, _step);
        _objective.Gradient(_gradient);
        return double.IsFinite(value)
            ? new WolfeSearch.Point(t, value, TensorPrimitives.Dot<double>(_gradient, _direction))
            : new WolfeSearch.Point(t, double.MaxValue, double.MaxValue);
    }
}
