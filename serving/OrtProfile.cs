using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Which provider ran each node of a session's first run, as ONNX Runtime's own profile tells.</summary>
internal sealed class OrtProfile
{
    private const string CpuProvider = "CPUExecutionProvider";

    private readonly List<(string Node, string Op, string Provider)> _nodes = [];

    private OrtProfile()
    {
    }

    /// <summary>Ends a session's profile, reads it and deletes its file.</summary>
    /// <param name="session">A session that was opened with <see cref="OrtOptions.ProfilePrefix"/> and has run once.</param>
    public static OrtProfile End(InferenceSession session)
    {
        string path = session.EndProfiling();
        var profile = new OrtProfile();
        using (FileStream stream = File.OpenRead(path))
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            foreach (JsonElement entry in document.RootElement.EnumerateArray())
            {
                if (entry.TryGetProperty("args", out JsonElement args) && args.TryGetProperty("provider", out JsonElement provider)
                    && args.TryGetProperty("op_name", out JsonElement op) && entry.GetProperty("name").GetString() is { } name)
                {
                    const string Ending = "_kernel_time";
                    profile._nodes.Add((name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : name, op.GetString()!, provider.GetString()!));
                }
            }
        }

        File.Delete(path);
        return profile;
    }

    /// <summary>The number of nodes that ran, by provider.</summary>
    public IReadOnlyDictionary<string, int> ByProvider =>
        new SortedDictionary<string, int>(_nodes.GroupBy(n => n.Provider, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);

    /// <summary>The copies between devices.</summary>
    public int Memcpy => _nodes.Count(n => n.Op.StartsWith("Memcpy", StringComparison.Ordinal));

    /// <summary>Nodes that another device than the CPU was to run, and that the CPU ran.</summary>
    /// <param name="device">The device.</param>
    /// <param name="exempt">The names of nodes that belong to the CPU on any device; null for none.</param>
    /// <returns>Each as <c>name (op)</c>.</returns>
    public IReadOnlyList<string> Fallback(OrtDevice device, IReadOnlySet<string>? exempt = null) => device == OrtDevice.Cpu
        ? []
        : [.. _nodes.Where(n => n.Provider == CpuProvider && exempt?.Contains(n.Node) != true).Select(n => $"{n.Node} ({n.Op})")];
}
