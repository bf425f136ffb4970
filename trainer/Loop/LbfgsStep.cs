using System.Numerics.Tensors;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Loop;

/// <summary>A step of L-BFGS: the two-loop direction, then a search along it for the strong Wolfe conditions.</summary>
/// <remarks>Nothing is allocated by a step.</remarks>
/// <seealso href="https://doi.org/10.1007/978-0-387-40065-5">Nocedal and Wright, Numerical optimization, algorithm 7.5</seealso>
internal sealed class LbfgsStep
{
    private readonly ObjectiveFunction _objective;
    private readonly double _rounding;
    private readonly WolfeSearch _search;
    private readonly Func<double, WolfeSearch.Point> _line;
    private readonly double[] _start;
    private readonly double[] _startGradient;
    private readonly double[] _trial;
    private readonly double[] _gradient;
    private readonly double[] _direction;
    private readonly double[] _moved;
    private double _tried;

    /// <summary>Prepares the buffers.</summary>
    /// <param name="length">The number of elements of a point.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="objective">The function.</param>
    /// <param name="rounding">How far the function's values are off, relative to them.</param>
    public LbfgsStep(int length, Lbfgs settings, ObjectiveFunction objective, double rounding)
    {
        (_objective, _rounding) = (objective, rounding);
        Memory = new LbfgsMemory(settings.History, length);
        _search = new WolfeSearch(settings.SufficientDecrease, settings.Curvature, settings.MaxEvaluations);
        _line = At;
        _start = new double[length];
        _startGradient = new double[length];
        _trial = new double[length];
        _gradient = new double[length];
        _direction = new double[length];
        _moved = new double[length];
    }

    /// <summary>The pairs that the direction follows from: all that a step leaves to the next.</summary>
    public LbfgsMemory Memory { get; }

    /// <summary>Takes a step.</summary>
    /// <param name="x">The point; stays where nothing lower is found.</param>
    /// <param name="value">The value there.</param>
    /// <param name="gradient">The gradient there.</param>
    /// <param name="rate">The first length that is tried, as a share of the direction.</param>
    public void Run(Span<double> x, double value, ReadOnlySpan<double> gradient, double rate)
    {
        x.CopyTo(_start);
        gradient.CopyTo(_startGradient);
        bool isFound = Search(value, rate);
        if (!isFound && !Memory.IsEmpty)
        {
            // The memory no longer points downhill: once more along the gradient.
            Memory.Clear();
            isFound = Search(value, rate);
        }

        if (isFound)
        {
            _trial.CopyTo(x);
        }
    }

    private bool Search(double value, double rate)
    {
        Memory.Direction(_startGradient, _direction);
        double slope = TensorPrimitives.Dot<double>(_startGradient, _direction);
        if (slope >= 0)
        {
            return false;
        }

        double first = rate * (Memory.IsEmpty ? Math.Min(1, 1 / TensorPrimitives.SumOfMagnitudes<double>(_startGradient)) : 1);
        WolfeSearch.Point found = _search.Find(_line, new WolfeSearch.Point(0, value, slope), first, _rounding * Math.Abs(value));
        if (found.T == 0)
        {
            return false;
        }

        if (found.T != _tried)
        {
            _ = At(found.T);
        }

        TensorPrimitives.Subtract<double>(_trial, _start, _moved);
        TensorPrimitives.Subtract<double>(_gradient, _startGradient, _gradient);
        Memory.Add(_moved, _gradient);
        return true;
    }

    private WolfeSearch.Point At(double t)
    {
        TensorPrimitives.MultiplyAdd<double>(_direction, t, _start, _trial);
        double value = _objective(_trial, _gradient);
        double slope = TensorPrimitives.Dot<double>(_gradient, _direction);
        _tried = t;
        return double.IsFinite(value) && double.IsFinite(slope) ? new WolfeSearch.Point(t, value, slope) : new WolfeSearch.Point(t, double.MaxValue, double.MaxValue);
    }
}
