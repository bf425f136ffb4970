using System.Globalization;
using Anneal.Tests.Onnx.Ir.Format.Attacks;

namespace Anneal.Tests;

/// <summary>What this assembly does as a process of its own: tests start it for what may end a process.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments is [FuzzChild.Command, string first, string count]
        ? FuzzChild.Run(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture))
        : 2;
}
