using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>The loss of a batch, and its gradient where the graph has one, as a function of the changing parameters laid end to end.</summary>
internal sealed class Objective : IDisposable
{
    private readonly StepSession _session;
    private readonly (string Name, Tensor Values, int Gradient)[] _parameters;
    private readonly int _valueAt;

    public Objective(IGraphSession session, TrainingGraphs graphs)
    {
        _session = new StepSession(session, graphs);
        Parameters = graphs.Parameters;
        _parameters = [.. graphs.Parameters.Where(graphs.Update.Changes).Select(p => (p.Name, p.Initial.Clone(), _session.IndexOf(p.Name + UpdateGraph.Gradient)))];
        Length = _parameters.Sum(p => p.Values.Length);
        int objective = _session.IndexOf(UpdateGraph.Objective);
        _valueAt = objective >= 0 ? objective : _session.IndexOf(TrainingGraphs.LossOutput);
    }

    /// <summary>The model's parameters, those that do not change included.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The number of elements that change.</summary>
    public int Length { get; }

    /// <summary>What the last evaluation gave, without penalties.</summary>
    public StepResult Result => _session.Result;

    public Tensor Read(string name) => _session.Read(name);

    public void Write(string name, Tensor value) => _session.Write(name, value);

    /// <summary>Copies the parameters out of the session.</summary>
    public void ReadInto(Span<float> x)
    {
        foreach ((string name, Tensor values, _) in _parameters)
        {
            _session.Read(name).Span<float>().CopyTo(x);
            x = x[values.Length..];
        }
    }

    /// <summary>Puts the parameters into the session.</summary>
    public void Move(ReadOnlySpan<float> x)
    {
        foreach ((string name, Tensor values, _) in _parameters)
        {
            x[..values.Length].CopyTo(values.Span<float>());
            _session.Write(name, values);
            x = x[values.Length..];
        }
    }

    /// <summary>The objective at given parameters, which the session keeps.</summary>
    public double At(ReadOnlySpan<float> x, Batch batch, float rate, long step)
    {
        Move(x);
        _session.Run(batch, rate, step);
        return _session.Fetch(_valueAt).Span<float>()[0];
    }

    /// <summary>The gradient of the last evaluation.</summary>
    public void Gradient(Span<double> gradient)
    {
        foreach ((_, Tensor values, int at) in _parameters)
        {
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(_session.Fetch(at).Span<float>(), gradient);
            gradient = gradient[values.Length..];
        }
    }

    public Node? Trace(Batch batch, float rate, long step) => _session.Trace(batch, rate, step);

    public void Dispose() => _session.Dispose();
}
