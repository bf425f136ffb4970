using System.Diagnostics;
using Anneal.Onnx.Kernels;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>A folder with a small pipeline over images of 8×8 pixels in IDX files: the class is the brightest quadrant.</summary>
internal sealed class Workplace : IDisposable
{
    public const string Config = """
        version: 1
        pipelines:
          quadrants:
            task: classification
            data:
              train: {idx: {features: train-images.idx, labels: train-labels.idx}}
              test: {idx: {features: test-images.idx, labels: test-labels.idx}}
              split: {holdout: {validation: 0.2}}
            model:
              layers:
                - flatten
                - dense: {units: 32, activation: relu}
                - dropout: 0.3
                - dense: 4
            train: {optimizer: {adam: {lr: 0.003}}, batch: 16, epochs: 150}
            average: [last_k: 3]
            validate:
              metric: {test.accuracy: ">= 0.9"}

        """;

    private const int Size = 8;

    public Workplace()
    {
        Directory.CreateDirectory(Folder);
        WriteImages("train", 400);
        WriteImages("test", 100);
        Write("pipelines.yaml", Config);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("anneal-run-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public void Write(string name, string text) => File.WriteAllText(this[name], text);

    public Tool Run(params string[] arguments) => Tool.RunIn(Folder, arguments);

    /// <summary>A copy of a run's folder.</summary>
    public void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(this[from], "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".lock"))
        {
            string target = Path.Combine(this[to], Path.GetRelativePath(this[from], file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Starts a run and returns once it has saved some epochs and is still training.</summary>
    public Process StartTraining(string run, int checkpoints, params string[] arguments) =>
        Tool.StartUntil((Path.Combine(this[run], "checkpoints"), "step-*.onnx", checkpoints), 30, Folder, ["run", "--out", run, .. arguments]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static byte[] Header(byte rank, params int[] sizes) => [0, 0, 8, rank, .. sizes.SelectMany(s => (byte[])[(byte)(s >> 24), (byte)(s >> 16), (byte)(s >> 8), (byte)s])];

    private void WriteImages(string part, int rows)
    {
        ulong key = CounterRandom.Key(0, "tests/" + part);
        byte[] pixels = new byte[rows * Size * Size];
        byte[] labels = new byte[rows];
        for (int r = 0; r < rows; r++)
        {
            labels[r] = (byte)(CounterRandom.UInt32(key, (ulong)r << 32) % 4);
            for (int i = 0; i < Size * Size; i++)
            {
                int quadrant = (i / Size / (Size / 2) * 2) + (i % Size / (Size / 2));
                uint noise = CounterRandom.UInt32(key, (ulong)((r * Size * Size) + i)) % 160;
                pixels[(r * Size * Size) + i] = (byte)(noise + (quadrant == labels[r] ? 60 : 0));
            }
        }

        File.WriteAllBytes(this[$"{part}-images.idx"], [.. Header(3, rows, Size, Size), .. pixels]);
        File.WriteAllBytes(this[$"{part}-labels.idx"], [.. Header(1, rows), .. labels]);
    }
}
