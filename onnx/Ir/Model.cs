using System.Collections.Immutable;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>A graph with everything an ONNX file holds around it.</summary>
/// <param name="Graph">The main graph.</param>
/// <param name="Opsets">Version by domain; the empty domain is ONNX's own.</param>
/// <param name="Functions">Model-local functions.</param>
/// <param name="Metadata">Key-value metadata.</param>
/// <param name="Training">Standard training information; usually empty.</param>
public sealed record Model(
    Graph Graph,
    ImmutableSortedDictionary<string, long> Opsets,
    ImmutableArray<Function> Functions,
    ImmutableSortedDictionary<string, string> Metadata,
    ImmutableArray<TrainingInfo> Training)
{
    /// <summary>The IR version that files are written with.</summary>
    public const int WrittenIrVersion = 8;

    /// <summary>The opset of ONNX's own domain that everything here is built at.</summary>
    public const int DefaultOpset = 18;

    /// <summary>The domain of the ops invented here.</summary>
    public const string AnnealDomain = "ai.anneal";

    /// <summary>The domain of the standard's ops for classical machine learning.</summary>
    public const string MlDomain = "ai.onnx.ml";

    /// <summary>The metadata key under which stand the outputs that are tables here and maps from label to number in the file.</summary>
    public const string MapsKey = "anneal.maps";

    /// <summary>The producer's name in written files.</summary>
    public const string Producer = "anneal";

    /// <summary>The IR version of the file.</summary>
    public long IrVersion { get; init; } = WrittenIrVersion;

    /// <summary>The documentation string of the file.</summary>
    public string Doc { get; init; } = "";

    /// <summary>No metadata.</summary>
    public static ImmutableSortedDictionary<string, string> NoMetadata { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>A model of one graph at the default opset, with the bodies of every invented op that it uses.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The model.</returns>
    public static Model Of(Graph graph) => Ops.FunctionBodies.Complete(new Model(
        graph,
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal).Add("", DefaultOpset),
        [],
        NoMetadata,
        []));

    /// <summary>A model that computes nothing and holds tensors as its initializers.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <returns>The model.</returns>
    public static Model Holding(string name, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        Of(new Graph(name, [], [], Graph.NoInitializers.AddRange(tensors), [], Graph.NoValues));
}
