using System.CommandLine;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchCommand : Command
{
    public BenchCommand()
        : base("bench", "Measures the engine: a training step, an epoch against its steps, the matrix product, the feed of batches, or what monitors cost; and the prediction of a file.")
    {
        Add(new BenchStepCommand());
        Add(new BenchEpochCommand());
        Add(new BenchGemmCommand());
        Add(new BenchFeedCommand());
        Add(new BenchMonitorsCommand());
        Add(new BenchPredictCommand());
    }
}
