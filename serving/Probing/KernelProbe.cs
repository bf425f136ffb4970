using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving.Probing;

/// <summary>Asks ONNX Runtime which ops a provider runs, by running a small node of each.</summary>
internal static class KernelProbe
{
    /// <summary>Runs every case for each of its types.</summary>
    /// <exception cref="AnnealException">The device cannot be used.</exception>
    public static IReadOnlyList<KernelAnswer> Run(OrtDevice device)
    {
        // On the CPU no node can fall back; on CUDA one that would is no kernel of CUDA.
        var options = new OrtOptions { Device = device, Threads = 1, Quiet = true };
        using SessionOptions usable = OrtSessions.Configure(options);
        return [.. KernelCases.All.SelectMany(c => c.Types.Select(t => Run(c, t, options)))];
    }

    private static KernelAnswer Run(KernelCase @case, DType type, OrtOptions options)
    {
        string? problem = Try(@case, type, options);
        return new KernelAnswer(@case.Op, type.Name(), problem is null, problem);
    }

    private static string? Try(KernelCase @case, DType type, OrtOptions options)
    {
        var inputs = new List<ValueInfo>();
        var feeds = new List<Tensor>();
        var initializers = Graph.NoInitializers.ToBuilder();
        string[] names = [.. @case.Inputs.Select((input, i) => input is null ? "" : FormattableString.Invariant($"in{i}"))];
        for (int i = 0; i < names.Length; i++)
        {
            if (@case.Inputs[i] is not { } input)
            {
                continue;
            }

            if (input.Values is { } values)
            {
                initializers[names[i]] = Tensor.Of<long>(input.Shape, values);
                continue;
            }

            Tensor tensor = Tensor.Zeros(input.Type ?? type, input.Shape);
            Fill(tensor, input.Type is null);
            inputs.Add(new ValueInfo(names[i], TensorType.Of(tensor)));
            feeds.Add(tensor);
        }

        string[] outputs = [.. Enumerable.Range(0, @case.Outputs).Select(i => FormattableString.Invariant($"out{i}"))];
        var node = new Node("probed", @case.Domain, @case.Op, [.. names], [.. outputs], @case.Attributes, Origin.None);
        ValueInfo[] untyped = [.. outputs.Select(o => new ValueInfo(o, new TensorType(DType.Undefined, null)))];
        var graph = new Graph("probe", [.. inputs], [.. untyped], initializers.ToImmutable(), [node], Graph.NoValues);
        try
        {
            using InferenceSession session = OrtSessions.Open(ModelWriter.ToBytes(Model.Of(graph)), options);
            using var binding = new OrtBinding(session, inputs, untyped, copies: options.Device != OrtDevice.Cpu);
            binding.Run([.. feeds], new Tensor?[outputs.Length]);
            return null;
        }
        catch (AnnealException error)
        {
            return error.Message;
        }
    }

    // Ones, so that nothing divides by zero; indices stay zero.
    private static void Fill(Tensor tensor, bool isProbed)
    {
        if (!isProbed)
        {
            return;
        }

        switch (tensor.Type)
        {
            case DType.Float:
                tensor.Span<float>().Fill(1);
                break;
            case DType.Double:
                tensor.Span<double>().Fill(1);
                break;
            case DType.Int64:
                tensor.Span<long>().Fill(1);
                break;
            case DType.UInt64:
                tensor.Span<ulong>().Fill(1);
                break;
            case DType.Int32:
                tensor.Span<int>().Fill(1);
                break;
        }
    }
}
