using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Autodiff;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Conformance;

/// <summary>
/// Runs the cases below a folder in the layout of ONNX's backend tests: <c>*/model.onnx</c> beside <c>test_data_set_*/input_N.pb</c> and <c>output_N.pb</c>.
/// </summary>
/// <param name="runner">The engine.</param>
internal sealed class OnnxSuite(IGraphRunner runner)
{
    private const string ModelFile = "model.onnx";

    private static readonly ReadOptions s_reading = new() { ExpandGradients = GradientNodes.Expand };

    // ONNX Runtime aligns corners by the whole number of elements, the standard by size times scale.
    private static readonly Dictionary<string, string> s_otherInOrt = new(StringComparer.Ordinal)
    {
        ["test_resize_downsample_scales_cubic_align_corners"] = "Resize",
        ["test_resize_downsample_scales_linear_align_corners"] = "Resize",
    };

    /// <summary>Runs all cases.</summary>
    /// <param name="folder">The folder; cases are looked for at any depth.</param>
    /// <param name="cancel">Stops after the case under way.</param>
    /// <returns>The counts and the failures, in the order of the cases' names.</returns>
    /// <exception cref="AnnealException">The folder is not there or holds no case.</exception>
    public OnnxSuiteReport Run(string folder, CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
        {
            throw AnnealException.BadData("no such folder").In(folder);
        }

        string[] cases = [.. Directory.EnumerateFiles(folder, ModelFile, SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!).Order(StringComparer.Ordinal)];
        if (cases.Length == 0)
        {
            throw AnnealException.BadData($"no {ModelFile} at any depth", "Debian's package libonnx-testdata has ONNX's own cases in /usr/include/onnx/backend/test/data").In(folder);
        }

        int passed = 0;
        var unsupported = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = new List<OnnxCaseFailure>();
        foreach (string path in cases)
        {
            cancel.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(folder, path);
            try
            {
                if (Problem(path) is { } problem)
                {
                    failures.Add(new OnnxCaseFailure(name, problem));
                }
                else
                {
                    passed++;
                }
            }
            catch (AnnealException e) when (e.UnsupportedOps is { } ops)
            {
                foreach (string op in ops.DefaultIfEmpty("?"))
                {
                    unsupported[op] = unsupported.GetValueOrDefault(op) + 1;
                }
            }
            catch (AnnealException e)
            {
                failures.Add(new OnnxCaseFailure(name, e.Message));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures.Add(new OnnxCaseFailure(name, $"{e.GetType().Name}: {e.Message}"));
            }
        }

        return new OnnxSuiteReport(passed, failures.Count, unsupported, failures);
    }

    private string? Problem(string path)
    {
        if (runner is not SimdRunner && s_otherInOrt.TryGetValue(Path.GetFileName(path), out string? op))
        {
            throw AnnealException.NotSupported("ONNX Runtime does otherwise than the standard", [op]);
        }

        Model model = ModelReader.Read(Path.Combine(path, ModelFile), s_reading);
        string[] sets = [.. Directory.EnumerateDirectories(path, "test_data_set_*").Order(StringComparer.Ordinal)];
        foreach (string set in sets)
        {
            Tensor[] feeds = Tensors(set, "input");
            Tensor[] expected = Tensors(set, "output");
            Tensor?[] fetches = Compute(model, feeds);
            if (fetches.Length != expected.Length)
            {
                return $"{Path.GetFileName(set)}: {fetches.Length} outputs, expected {expected.Length}";
            }

            for (int i = 0; i < expected.Length; i++)
            {
                Tensor wanted = fetches[i]!.Type == DType.BFloat16 && expected[i].Type == DType.UInt16 ? AsBrainFloat(expected[i]) : expected[i];
                if (OnnxTolerance.Problem(fetches[i]!, wanted, Path.GetFileName(path)) is { } problem)
                {
                    return $"{Path.GetFileName(set)}, output {i}: {problem}";
                }
            }
        }

        return sets.Length == 0 ? "no test_data_set_*" : null;
    }

    // A plan has fixed shapes. Where they follow from the values of inputs, as of a Reshape's, these are given as constants.
    private Tensor?[] Compute(Model model, Tensor[] feeds)
    {
        ValueInfo[] open = [.. model.Graph.Inputs.Where(i => !model.Graph.Initializers.ContainsKey(i.Name))];
        if (feeds.Length > open.Length)
        {
            throw AnnealException.BadData($"{feeds.Length} inputs are given, the graph has {open.Length}");
        }

        feeds = [.. feeds.Select((f, i) => open[i].Type.Type == DType.BFloat16 && f.Type == DType.UInt16 ? AsBrainFloat(f) : f)];
        Graph graph = model.Graph;
        Graph closed = graph with
        {
            Inputs = [.. graph.Inputs.Except(open)],
            Initializers = graph.Initializers.AddRange(feeds.Select((f, i) => KeyValuePair.Create(open[i].Name, f))),
        };
        Refuse(closed);
        try
        {
            return Run(model, feeds);
        }
        catch (AnnealException e) when (e.UnsupportedOps is null)
        {
            return Run(model with { Graph = closed }, []);
        }
    }

    // What no plan can hold is unsupported on every engine, so that the engines' counts are of the same cases.
    private static void Refuse(Graph graph)
    {
        try
        {
            TypeInference.Of(graph);
        }
        catch (AnnealException e) when (e.UnsupportedOps is null)
        {
        }
    }

    // The cases hold brain floats as their bits.
    private static Tensor AsBrainFloat(Tensor bits)
    {
        Tensor tensor = Tensor.Zeros(DType.BFloat16, bits.Shape);
        bits.Bytes.CopyTo(tensor.Bytes);
        return tensor;
    }

    private Tensor?[] Run(Model model, Tensor[] feeds)
    {
        using IGraphSession session = runner.Open(model, []);
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run(feeds, fetches);
        return fetches;
    }

    private static Tensor[] Tensors(string set, string kind)
    {
        var tensors = new List<Tensor>();
        while (Path.Combine(set, FormattableString.Invariant($"{kind}_{tensors.Count}.pb")) is var file && File.Exists(file))
        {
            tensors.Add(TensorFormat.Open(file));
        }

        return [.. tensors];
    }
}
