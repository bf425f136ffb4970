using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads ONNX files.</summary>
/// <remarks>Nodes of ONNX's own domain are accepted at any version at which they mean the same as at opset 18, so the model that is read is one of opset 18.
/// Functions that are no op known here are replaced by their bodies. Data outside the file is read from the model's folder alone.</remarks>
public static class ModelReader
{
    private const long OldestIrVersion = 3;
    private const long ConstantInputsUntil = 3;
    private const long NewestIrVersion = 10;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; external data lies in its folder.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">The file is missing, cut short, no ONNX model, or holds what is not supported; ops are all named at once.</exception>
    public static Model Read(string path, ReadOptions? options = null)
    {
        CheckedModel model = CheckedModel.Open(path, options?.Limits);
        try
        {
            return Read(model, options);
        }
        catch (AnnealException e)
        {
            throw e.In(path);
        }
    }

    /// <summary>Reads a model from bytes.</summary>
    /// <param name="bytes">A serialized <c>ModelProto</c>.</param>
    /// <param name="folder">Where external data lies; null when there is none.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">As for a file.</exception>
    public static Model Read(ReadOnlySpan<byte> bytes, string? folder = null, ReadOptions? options = null) =>
        Read(CheckedModel.Of(bytes, folder, options?.Limits), options);

    /// <summary>Reads a model that was checked.</summary>
    /// <param name="model">The file.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">It holds what is not supported; ops are all named at once.</exception>
    public static Model Read(CheckedModel model, ReadOptions? options = null)
    {
        try
        {
            return Whole(model.Proto, model.Folder, options);
        }
        catch (AnnealException e) when (e.UnsupportedOps is [])
        {
            e.UnsupportedOps = [.. model.Proto.Graph.Node.Select(n => n.OpType).Distinct()];
            throw;
        }
    }

    private static Model Whole(ModelProto proto, ExternalFolder folder, ReadOptions? options)
    {
        if (proto.IrVersion is < OldestIrVersion or > NewestIrVersion)
        {
            throw AnnealException.BadData(string.Create(
                CultureInfo.InvariantCulture, $"IR version {proto.IrVersion} is not supported, expected {OldestIrVersion} to {NewestIrVersion}"));
        }

        HashSet<(string, string)> names = [.. proto.Functions.Select(f => (GraphReader.Domain(f.Domain), f.Name))];
        bool constantInputs = proto.IrVersion <= ConstantInputsUntil;
        ImmutableSortedDictionary<string, long> opsets = GraphReader.Opsets(proto.OpsetImport);
        var reader = new GraphReader(folder, names, options?.ExpandGradients is not null, options is { TypesOnly: true });
        Graph graph = FoldIf.Apply(reader.Read(proto.Graph, opsets, constantInputs: constantInputs));
        ImmutableArray<Function> functions = [.. proto.Functions.Select(reader.Read)];
        ImmutableArray<TrainingInfo> training = [.. proto.TrainingInfo.Select(t => new TrainingInfo(
            t.Initialization is null ? null : reader.Read(t.Initialization, opsets),
            GraphReader.Entries("initialization_binding", t.InitializationBinding),
            reader.Read(t.Algorithm ?? new GraphProto(), opsets),
            GraphReader.Entries("update_binding", t.UpdateBinding)))];
        if (reader.Unsupported.Count > 0)
        {
            throw AnnealException.NotSupported($"not supported: {string.Join("; ", reader.Unsupported)}", [.. reader.UnsupportedOps]);
        }

        var model = new Model(graph, AtDefault(opsets), functions, GraphReader.Entries("metadata_props", proto.MetadataProps), training)
        {
            IrVersion = Math.Max(proto.IrVersion, Model.WrittenIrVersion),
            Doc = proto.DocString,
        };
        if (options is { KeepFunctions: true })
        {
            return model;
        }

        model = InlineFunctions.Apply(model);
        return options?.ExpandGradients is { } expand ? FunctionBodies.Complete(model with { Graph = expand(model.Graph) }) : model;
    }

    private static ImmutableSortedDictionary<string, long> AtDefault(ImmutableSortedDictionary<string, long> opsets) =>
        opsets.ContainsKey("") || opsets.ContainsKey(ExpandUpdates.Domain)
            ? opsets.Remove(ExpandUpdates.Domain).SetItem("", Model.DefaultOpset)
            : opsets;
}
