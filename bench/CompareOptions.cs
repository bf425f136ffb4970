using System.Globalization;

namespace Anneal.Bench;

/// <summary>What a comparison is asked to do.</summary>
/// <param name="Repository">The repository's folder.</param>
/// <param name="Root">The root to run Python in by chroot; null for this system's python3.</param>
/// <param name="Threads">Threads of both sides.</param>
/// <param name="Seconds">Time of a measurement, in seconds.</param>
/// <param name="Rounds">Measurements of each side, in turn.</param>
/// <param name="Cases">The cases, or the sizes.</param>
internal sealed record CompareOptions(string Repository, string? Root, int Threads, double Seconds, int Rounds, IReadOnlyList<string> Cases)
{
    public const string Usage = """
        usage: dotnet run -c Release --project bench -- step [--engine simd|ort] [--device cpu|cuda] [--capture auto|on|off] [--batch N] [--compile]
                                                             [--root DIR] [--threads N] [--seconds S] [--rounds R] [CASE ...]
               dotnet run -c Release --project bench -- gemm [--root DIR] [--threads N] [--seconds S] [--rounds R] [SIZE ...]

        Times training steps here and in PyTorch, or products of square matrices here and in NumPy's OpenBLAS, in turn and prints the ratios (above 1: Anneal is faster).
        --device   where both sides compute (default: cpu); cuda needs --engine ort
        --capture  whether Anneal's steps are captured on CUDA (default: auto)
        --batch    rows of a step, of both sides (default: the case's own)
        --compile  also through torch.compile
        --root     a root to run Python in by chroot (default: this system's python3)
        """;

    private static readonly string[] s_engines = ["simd", "ort"];
    private static readonly string[] s_devices = ["cpu", "cuda"];
    private static readonly string[] s_captures = ["auto", "on", "off"];

    /// <summary>Our engine.</summary>
    public string Engine { get; init; } = "simd";

    /// <summary>Where both sides compute.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Whether our steps are captured on CUDA.</summary>
    public string Capture { get; init; } = "auto";

    /// <summary>Rows of a step; null for the case's own.</summary>
    public int? Batch { get; init; }

    /// <summary>Whether torch.compile is measured too.</summary>
    public bool Compiles { get; init; }

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    /// <param name="args">The arguments after the command.</param>
    /// <param name="all">The cases or sizes where none is named.</param>
    public static CompareOptions? Parse(string[] args, params string[] all)
    {
        var options = new CompareOptions(RepositoryFolder(), null, Environment.ProcessorCount, 4, 3, all);
        var cases = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i][0] != '-')
            {
                cases.Add(args[i]);
            }
            else if (args[i] == "--compile")
            {
                options = options with { Compiles = true };
            }
            else if (i + 1 == args.Length || options.With(args[i], args[++i]) is not { } more)
            {
                return null;
            }
            else
            {
                options = more;
            }
        }

        return options.Device == "cuda" && options.Engine != "ort" ? null : options with { Cases = cases.Count > 0 ? cases : options.Cases };
    }

    private CompareOptions? With(string name, string value) => name switch
    {
        "--root" => this with { Root = value },
        "--engine" when s_engines.Contains(value) => this with { Engine = value },
        "--device" when s_devices.Contains(value) => this with { Device = value },
        "--capture" when s_captures.Contains(value) => this with { Capture = value },
        "--batch" when Whole(value) is { } batch => this with { Batch = batch },
        "--threads" when Whole(value) is { } threads => this with { Threads = threads },
        "--rounds" when Whole(value) is { } rounds => this with { Rounds = rounds },
        "--seconds" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) => this with { Seconds = seconds },
        _ => null,
    };

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;

    private static string RepositoryFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Pipeline.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("run this from a build inside the repository");
    }
}
