using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Opens damaged files in ONNX Runtime and runs them, in a process of its own; a line on standard output tells how far it is.</summary>
internal static class FuzzChild
{
    public const string Command = "fuzz-ort";
    private const int MostElements = 10_000;

    public static int Run(int first, int count)
    {
        using var folder = new Folder();
        (int opened, int run) = (0, 0);
        for (int i = first; i < first + count; i++)
        {
            (string name, byte[] bytes) = FuzzCorpus.Mutant((ulong)i);
            Console.WriteLine($"mutant {i} of {name}");
            File.WriteAllBytes(folder["m.onnx"], bytes);
            var clock = Stopwatch.StartNew();
            try
            {
                using OrtModel model = OrtModel.Open(folder["m.onnx"], new OrtOptions { Threads = 1 });
                opened++;
                model.Run([.. model.Inputs.Select(i => Feed(i, name))]);
                run++;
            }
            catch (AnnealException e) when (e.Code == ExitCode.Data)
            {
            }
            catch (Exception e)
            {
                Console.WriteLine($"failed mutant {i} of {name}: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} {e.StackTrace?.ReplaceLineEndings(" ")}");
            }

            if (clock.Elapsed.TotalSeconds > 10)
            {
                Console.WriteLine(FormattableString.Invariant($"failed mutant {i} of {name}: {clock.Elapsed.TotalSeconds:F1} s"));
            }
        }

        Console.WriteLine($"done {count}: {opened} opened, {run} run");
        return 0;
    }

    private static Tensor Feed(ValueInfo input, string name)
    {
        // ONNX Runtime 1.29 ends the process over a scalar given as a GatherND's indices or an Einsum's operand of unknown rank, and over a TopK of no rows (docs/untrusted.md).
        bool isEmpty = input.Type.Shape is { } dims && dims.Dims.Any(d => d.IsKnown && d.Size == 0);
        bool isOfAnyRank = input.Type.Shape is null && (name.StartsWith("GatherND", StringComparison.Ordinal) || name.StartsWith("Einsum", StringComparison.Ordinal));
        if (isOfAnyRank || (name.StartsWith("TopK", StringComparison.Ordinal) && isEmpty))
        {
            throw AnnealException.BadData($"'{input}' ends the process");
        }

        int[] shape = [.. (input.Type.Shape ?? TensorShape.Scalar).Dims.Select(d => d.IsKnown ? d.Size : 2)];
        return shape.Aggregate(1L, (n, d) => n * Math.Min(d, MostElements)) <= MostElements
            ? Tensor.Zeros(input.Type.Type, shape)
            : throw AnnealException.BadData("too large to feed");
    }
}
