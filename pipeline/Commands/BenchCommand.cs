using System.CommandLine;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchCommand : Command
{
    public BenchCommand()
        : base("bench", "Measures the engine: a training step, or the matrix product.")
    {
        Add(new BenchStepCommand());
        Add(new BenchGemmCommand());
    }
}
