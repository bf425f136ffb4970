using System.Text.Json;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Probing;

/// <summary>What a provider runs, asked of ONNX Runtime itself once for each of its versions and kept in a file.</summary>
public sealed class KernelAnswers
{
    /// <summary>The environment variable that names the folder of the answers' files.</summary>
    public const string FolderVariable = "ANNEAL_CACHE";

    private readonly Dictionary<(string, string), KernelAnswer> _byKernel;

    private KernelAnswers(string provider, string version, string path, bool wasKept, IReadOnlyList<KernelAnswer> all)
    {
        Provider = provider;
        Version = version;
        Path = path;
        WasKept = wasKept;
        All = all;
        _byKernel = all.ToDictionary(a => (a.Op, a.Type));
    }

    /// <summary>The provider, such as <c>ort-cpu</c>.</summary>
    public string Provider { get; }

    /// <summary>ONNX Runtime's version.</summary>
    public string Version { get; }

    /// <summary>The file that keeps the answers.</summary>
    public string Path { get; }

    /// <summary>Whether they were read from the file.</summary>
    public bool WasKept { get; }

    /// <summary>The answers, by op and type.</summary>
    public IReadOnlyList<KernelAnswer> All { get; }

    /// <summary>The answers for a device: from the file where it is there, else by probing.</summary>
    /// <param name="device">The device.</param>
    /// <param name="fresh">Whether to probe even where there is a file.</param>
    /// <param name="folder">The files' folder; null for that of <see cref="FolderVariable"/>, or the user's own for data of programs.</param>
    /// <returns>The answers.</returns>
    /// <exception cref="AnnealException">The device cannot be used.</exception>
    public static KernelAnswers Of(OrtDevice device, bool fresh = false, string? folder = null)
    {
        string provider = OrtSessions.NameOf(device);
        string path = System.IO.Path.Combine(folder ?? DefaultFolder, $"kernels-{OrtInfo.Version}-{provider}-{KernelCases.Version}.json");
        if (!fresh && Read(path) is { } kept)
        {
            return new KernelAnswers(provider, OrtInfo.Version, path, true, kept);
        }

        IReadOnlyList<KernelAnswer> answers = KernelProbe.Run(device);
        Write(path, answers);
        return new KernelAnswers(provider, OrtInfo.Version, path, false, answers);
    }

    /// <summary>Whether a kernel is there; one that was not probed counts as there, and opening a session tells.</summary>
    /// <param name="op">The standard op.</param>
    /// <param name="type">The type.</param>
    public bool Has(string op, DType type) => !_byKernel.TryGetValue((op, type.Name()), out KernelAnswer? answer) || answer.Runs;

    private static string DefaultFolder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? folder
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "anneal");

    private static IReadOnlyList<KernelAnswer>? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), KernelAnswersJson.Default.KernelAnswerArray) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A file that cannot be kept costs a second the next time, and nothing else.
    private static void Write(string path, IReadOnlyList<KernelAnswer> answers)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, [.. answers], KernelAnswersJson.Default.KernelAnswerArray));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
