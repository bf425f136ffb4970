using System.Globalization;

namespace Anneal.Bench;

/// <summary>What a comparison is asked to do.</summary>
/// <param name="Repository">The repository's folder.</param>
/// <param name="Script">PyTorch's side, train_step.py.</param>
/// <param name="Root">The root to run Python in by chroot; null for this system's python3.</param>
/// <param name="Threads">Threads of both sides.</param>
/// <param name="Seconds">Time of a measurement, in seconds.</param>
/// <param name="Rounds">Measurements of each side, in turn.</param>
/// <param name="Cases">The cases, or the sizes.</param>
internal sealed record CompareOptions(string Repository, string Script, string? Root, int Threads, double Seconds, int Rounds, IReadOnlyList<string> Cases)
{
    public const string Usage = """
        usage: dotnet run -c Release --project bench -- step [--peers DIR] [--root DIR] [--threads N] [--seconds S] [--rounds R] [CASE ...]
               dotnet run -c Release --project bench -- gemm [--root DIR] [--threads N] [--seconds S] [--rounds R] [SIZE ...]

        Times training steps here and in PyTorch, or products of square matrices here and in NumPy's OpenBLAS, in turn and prints the ratios (above 1: Anneal is faster).
        --peers  the folder of train_step.py (default: ../shared/peers beside the repository)
        --root   a root that peers/setup.sh has made, to run Python in by chroot (default: this system's python3)
        """;

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    /// <param name="args">The arguments after the command.</param>
    /// <param name="all">The cases or sizes where none is named.</param>
    public static CompareOptions? Parse(string[] args, params string[] all)
    {
        string repository = RepositoryFolder();
        string peers = Path.Combine(repository, "..", "shared", "peers");
        var options = new CompareOptions(repository, "", null, Environment.ProcessorCount, 4, 3, all);
        var cases = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i][0] != '-')
            {
                cases.Add(args[i]);
                continue;
            }

            if (i + 1 == args.Length)
            {
                return null;
            }

            string value = args[++i];
            switch (args[i - 1])
            {
                case "--peers":
                    peers = value;
                    break;
                case "--root":
                    options = options with { Root = value };
                    break;
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads):
                    options = options with { Threads = threads };
                    break;
                case "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds):
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds):
                    options = options with { Seconds = seconds };
                    break;
                default:
                    return null;
            }
        }

        return options with { Script = Path.GetFullPath(Path.Combine(peers, "train_step.py")), Cases = cases.Count > 0 ? cases : options.Cases };
    }

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
