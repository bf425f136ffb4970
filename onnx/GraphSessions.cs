using Anneal.Onnx.Tensors;

namespace Anneal.Onnx;

/// <summary>Runs sessions by names.</summary>
public static class GraphSessions
{
    /// <summary>Runs the graph once.</summary>
    /// <param name="session">The session.</param>
    /// <param name="feeds">A tensor for each of its feeds, by name.</param>
    /// <returns>New tensors by name, in the order of its fetches.</returns>
    /// <exception cref="AnnealException">A feed does not fit the graph.</exception>
    /// <exception cref="KeyNotFoundException">A feed is not there.</exception>
    public static Dictionary<string, Tensor> Run(this IGraphSession session, IReadOnlyDictionary<string, Tensor> feeds)
    {
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run([.. session.Feeds.Select(f => feeds[f.Name])], fetches);
        return session.Fetches.Select((f, i) => KeyValuePair.Create(f.Name, fetches[i]!)).ToDictionary(StringComparer.Ordinal);
    }
}
