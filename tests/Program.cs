using System.Globalization;
using Anneal.Tests.Kernels.InstructionSets;
using Anneal.Tests.Onnx.Ir.Format.Attacks;

namespace Anneal.Tests;

/// <summary>What this assembly does as a process of its own: tests start it for what may end a process, or needs another environment.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        [FuzzChild.Command, string first, string count] => FuzzChild.Run(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
        [NarrowRun.Command, .. string[] names] => NarrowRun.Run(names),
        _ => 2,
    };
}
