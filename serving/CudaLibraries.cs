using System.Runtime.InteropServices;

namespace Anneal.Serving;

/// <summary>The libraries of CUDA and cuDNN that ONNX Runtime's provider needs, from the folders that a variable names or from where the loader looks.</summary>
/// <remarks>Those of the folders are loaded by their paths before the provider is: what it asks the loader for by name is then there already, in whatever folder it lies.</remarks>
public static class CudaLibraries
{
    /// <summary>The environment variable that names the folders, divided as those of PATH are.</summary>
    public const string FoldersVariable = "ANNEAL_CUDA_LIBS";

    private static readonly string[] s_patterns = OperatingSystem.IsWindows() ? ["cu*.dll", "nv*.dll"] : ["libcu*.so*", "libnv*.so*"];
    private static readonly Lock s_gate = new();
    private static string? s_loaded;

    /// <summary>The driver's library.</summary>
    public static IReadOnlyList<string> Driver { get; } = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1"];

    /// <summary>The libraries that the provider asks for.</summary>
    public static IReadOnlyList<string> Needed { get; } = OperatingSystem.IsWindows()
        ? ["cudart64_13.dll", "cublasLt64_13.dll", "cublas64_13.dll", "cufft64_12.dll", "cudnn64_9.dll"]
        : ["libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcufft.so.12", "libcudnn.so.9"];

    /// <summary>The provider's own library, which lies beside the program.</summary>
    public static string Provider { get; } = OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";

    /// <summary>Loads what the folders of <see cref="FoldersVariable"/> hold; without the variable the loader is left to find all.</summary>
    /// <exception cref="AnnealException">A folder is not there, or a library that is needed is neither in a folder nor where the loader looks, or does not load.</exception>
    internal static void EnsureLoaded()
    {
        lock (s_gate)
        {
            if (Environment.GetEnvironmentVariable(FoldersVariable) is { Length: > 0 } folders && folders != s_loaded)
            {
                Load(folders, Needed);
                s_loaded = folders;
            }
        }
    }

    /// <summary>Loads all libraries of CUDA in some folders.</summary>
    /// <param name="folders">The folders, divided as those of PATH are.</param>
    /// <param name="needed">The libraries that must then be there, by their names.</param>
    /// <returns>The paths of what was loaded, in the order in which it could be.</returns>
    /// <exception cref="AnnealException">As above.</exception>
    internal static IReadOnlyList<string> Load(string folders, IReadOnlyList<string> needed)
    {
        string[] paths = [.. folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(In)];
        var loaded = new List<string>();
        var refused = paths.ToDictionary(p => p, _ => "", StringComparer.Ordinal);
        // A library needs others, which may be in any of the folders: each round loads those whose needs the rounds before have met.
        for (bool isProgress = true; isProgress;)
        {
            isProgress = false;
            foreach (string path in paths.Where(refused.ContainsKey))
            {
                if (Why(path) is { } why)
                {
                    refused[path] = why;
                    continue;
                }

                refused.Remove(path);
                loaded.Add(path);
                isProgress = true;
            }
        }

        foreach (string name in needed)
        {
            string? own = paths.FirstOrDefault(p => Path.GetFileName(p) == name);
            if (own is not null && refused.TryGetValue(own, out string? why))
            {
                throw AnnealException.BadData($"library '{own}', of {FoldersVariable}, does not load: {why}", "put what it needs into a folder of the variable, or use --device cpu");
            }

            if (own is null && Why(name) is not null)
            {
                throw AnnealException.BadData(
                    $"library '{name}' is neither in a folder of {FoldersVariable} ({folders}) nor where the loader looks",
                    $"add the folder of {(name.Contains("cudnn", StringComparison.Ordinal) ? "cuDNN 9 for CUDA 13" : "CUDA 13")}'s libraries to the variable, or use --device cpu; anneal doctor lists what is there");
            }
        }

        return loaded;
    }

    private static IEnumerable<string> In(string folder) => Directory.Exists(folder)
        ? s_patterns.SelectMany(p => Directory.EnumerateFiles(folder, p)).Order(StringComparer.Ordinal).Select(Path.GetFullPath)
        : throw AnnealException.BadData($"{FoldersVariable} names the folder '{folder}', which is not there", "correct the variable, or unset it to use what the loader finds");

    // Null where a library loads: it stays loaded as long as the process runs.
    private static string? Why(string library)
    {
        try
        {
            NativeLibrary.Load(library);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own words come after those of .NET, one line for each place that was looked at.
            return error.Message.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Contains(".so", StringComparison.Ordinal) || l.Contains(".dll", StringComparison.Ordinal)) ?? error.Message;
        }
    }
}
