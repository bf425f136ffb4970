using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Loop;

/// <summary>A genetic algorithm: a step breeds a generation and asks for each individual's loss on the step's batch; the best one is the model.</summary>
internal sealed class GeneticDriver : IStepDriver
{
    private readonly Objective _objective;
    private readonly Breeding _breeding;
    private readonly Tensor _population;
    private readonly Tensor _fitness;
    private readonly Tensor _generation = Tensor.Scalar(0L);
    private readonly float[] _next;
    private readonly Dictionary<string, Tensor> _own;

    public GeneticDriver(Objective objective, Genetic settings, ulong seed)
    {
        if (objective.Parameters.FirstOrDefault(p => !p.IsTrained) is { } kept)
        {
            throw AnnealException.BadUsage(
                $"a genetic algorithm has no use for '{kept.Name}': a running average over the batches of one model, and it asks many models",
                "leave batch_norm out, or take another optimizer");
        }

        _objective = objective;
        _breeding = new Breeding(settings, objective.Length, seed);
        _population = Tensor.Zeros(DType.Float, settings.Population, objective.Length);
        _fitness = Tensor.Zeros(DType.Double, settings.Population);
        _next = new float[_population.Length];
        _own = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["genetic.population"] = _population,
            ["genetic.fitness"] = _fitness,
            ["genetic.generation"] = _generation,
        };
        State = [.. objective.Parameters.Select(p => p.Name), .. _own.Keys];
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
        Span<float> population = _population.Span<float>();
        Span<double> fitness = _fitness.Span<double>();
        ref long generation = ref _generation.Span<long>()[0];
        if (generation == 0)
        {
            _objective.ReadInto(_next.AsSpan(0, _objective.Length));
            _breeding.Begin(_next.AsSpan(0, _objective.Length), population);
        }
        else
        {
            _breeding.Next(generation, rate, population, fitness, _next);
            _next.CopyTo(population);
        }

        generation++;
        int best = 0;
        StepResult result = default;
        for (int i = 0; i < fitness.Length; i++)
        {
            double cost = _objective.At(population.Slice(i * _objective.Length, _objective.Length), batch, rate, step);
            fitness[i] = double.IsFinite(cost) ? cost : double.MaxValue;
            if (i == 0 || fitness[i] < fitness[best])
            {
                (best, result) = (i, _objective.Result);
            }
        }

        _objective.Move(population.Slice(best * _objective.Length, _objective.Length));
        return result;
    }
}
