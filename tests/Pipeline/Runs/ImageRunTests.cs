using System.IO.Compression;
using System.Text.Json;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Tests.TrainerData;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Images in a zip run through to a validated file: the class is the colour that a noisy image leans to.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ImageRunTests
{
    private const string Config = """
        version: 1
        pipelines:
          colours:
            task: classification
            data:
              train: {images: {path: set.zip, folder: set/train, on_error: skip}}
              test: {images: {path: set.zip, folder: set/test}}
              split: {holdout: {validation: 0.2}}
            augment: [{shift: 2}, {flip: horizontal}]
            model: {layers: [{conv: {filters: 4, activation: relu}}, global_avgpool, flatten, {dense: auto}]}
            train: {optimizer: {adam: {lr: 0.02}}, schedule: {cosine: {warmup: 5, floor: 0.1}}, batch: 16, epochs: 12}
            validate: {metric: {test.accuracy: ">= 0.9"}}

        """;

    private static readonly string[] s_classes = ["blue", "green", "red"];

    private static byte[] Noisy(int label, int number)
    {
        byte[] pixels = new byte[8 * 8 * 3];
        ulong key = CounterRandom.Key((ulong)number, s_classes[label]);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)((CounterRandom.UInt32(key, (ulong)i) % 150) + (i % 3 == 2 - label ? 60 : 0));
        }

        return PngImage.Of(8, 8, 3, pixels);
    }

    private static TempFolder Folder(string config)
    {
        var folder = new TempFolder();
        folder.Write("pipelines.yaml", config);
        using var zip = new ZipArchive(File.Create(folder["set.zip"]), ZipArchiveMode.Create);
        for (int i = 0; i < 240; i++)
        {
            string name = $"set/{(i < 180 ? "train" : "test")}/{s_classes[i % 3]}/{i:D3}.png";
            byte[] content = i == 21 ? [1, 2, 3] : Noisy(i % 3, i);
            using Stream stream = zip.CreateEntry(name).Open();
            stream.Write(content);
        }

        return folder;
    }

    private static Tool Run(TempFolder folder, string run, params string[] more) => Tool.RunIn(folder[""], ["run", "--out", run, "--json", .. more]);

    [Test]
    public void Run_AugmentedImagesOfAZip_LearnsSkipsCountsAndAnswersRawPixels()
    {
        using TempFolder folder = Folder(Config);

        Tool tool = Run(folder, "run");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Contain("input uint8[3,8,8] → 3 classes"));
        string warning = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["run"], "run.json"))).RootElement.GetProperty("warnings").EnumerateArray().Single().GetString()!;
        Assert.That(warning, Does.Match(@"^1 of 180 images are skipped: .*set\.zip/set/train/blue/021\.png: libvips: "));
        Assert.That(
            JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["run"], "data.json"))).RootElement.GetProperty("contact_sheet").GetString(), Does.StartWith("data:image/png;base64,iVBOR"));
        string path = Path.Combine(folder["run"], "model.onnx");
        Model model = ModelReader.Read(path);
        Assert.That(model.Graph.Inputs.Single().ToString(), Is.EqualTo("input: uint8[N,3,8,8]"));
        Assert.That(model.Graph.Outputs[0].ToString(), Is.EqualTo("label: string[N]"));

        using (FileStream rows = File.Create(folder["rows.npy"]))
        {
            NpyWriter.Write(rows, Tensor.Zeros(DType.UInt8, 5, 3, 8, 8));
        }

        Tool predicted = Tool.RunIn(folder[""], "predict", path, "rows.npy", "-o", "answers.csv");
        Assert.That(predicted.ExitCode, Is.Zero, predicted.Error);
        Assert.That(File.ReadAllLines(folder["answers.csv"]), Has.Length.EqualTo(6));
    }

    [Test]
    public void Run_Augmented_IsTheSameForAnyThreadsAndLeavesTheStepAlone()
    {
        using TempFolder folder = Folder(Config);
        string[] quick = ["--set", "train.epochs=3", "--set", "validate.metric={}", "--until", "export"];

        Assert.That(Run(folder, "one", ["--threads", "1", .. quick]).ExitCode, Is.Zero);
        Assert.That(Run(folder, "three", ["--threads", "3", .. quick]).ExitCode, Is.Zero);
        Assert.That(Run(folder, "plain", ["--set", "augment=none", .. quick]).ExitCode, Is.Zero);

        Assert.That(Bytes("three", "model.onnx"), Is.EqualTo(Bytes("one", "model.onnx")));
        Assert.That(Bytes("plain", "step.onnx"), Is.EqualTo(Bytes("one", "step.onnx")), "augmentation is no part of the graph");
        Assert.That(Bytes("plain", "averaged.onnx"), Is.Not.EqualTo(Bytes("one", "averaged.onnx")));

        byte[] Bytes(string run, string name) => File.ReadAllBytes(Path.Combine(folder[run], name));
    }

    // Distorting images takes many times what a step of one layer takes. Waiting is told from a second on, so that less will not do.
    [Test]
    public void Run_AugmentationSlowerThanSteps_IsNamedAsTheBottleneckInTheRecord()
    {
        using var folder = new TempFolder();
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              slow:
                task: classification
                data: {train: {npy: {features: x.npy, labels: y.npy}}}
                preflight: none
                augment: [{elastic: {alpha: 30, sigma: 8}}, {elastic: {alpha: 30, sigma: 8}}, {elastic: {alpha: 30, sigma: 8}}, {elastic: {alpha: 30, sigma: 8}}]
                model: {layers: [flatten, {dense: auto}]}
                train: {epochs: 40, batch: 50, monitor: none, checkpoint: {every_epochs: 40}}

            """);
        using (FileStream features = File.Create(folder["x.npy"]), labels = File.Create(folder["y.npy"]))
        {
            NpyWriter.Write(features, Tensor.Zeros(DType.UInt8, 200, 1, 64, 64));
            NpyWriter.Write(labels, Tensor.Vector<long>([.. Enumerable.Range(0, 200).Select(i => (long)(i % 2))]));
        }

        Tool tool = Run(folder, "run", "--until", "train");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        string[] warnings = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["run"], "run.json"))).RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!)];
        Assert.That(warnings, Has.One.Match(@"^steps wait for their batches \d+ ?% of the time: gathering and augmenting rows is the bottleneck"));
    }

    [Test]
    public void Run_CorruptImageThatMayNotBeSkipped_EndsWithTheFilesName()
    {
        using TempFolder folder = Folder(Config.Replace("on_error: skip", "on_error: fail", StringComparison.Ordinal));

        Tool tool = Run(folder, "run");

        Assert.That(tool.ExitCode, Is.EqualTo(3));
        Assert.That(tool.Error, Does.Contain("set.zip/set/train/blue/021.png → libvips: "));
    }

    [Test]
    public void Run_ImagesInAFolderThatChange_RunsAgainBecauseOfItsFiles()
    {
        using TempFolder folder = Folder(Config.Replace("set.zip", "files", StringComparison.Ordinal));
        ZipFile.ExtractToDirectory(folder["set.zip"], folder["files"]);
        string[] data = ["--until", "data"];

        Assert.That(Run(folder, "run", data).Error, Does.Contain("data     runs: not done yet"));
        Assert.That(Run(folder, "run", data).Error, Does.Contain("data     unchanged"));
        File.Move(Path.Combine(folder["files"], "set", "test", "red", "239.png"), Path.Combine(folder["files"], "set", "test", "blue", "239.png"));
        Assert.That(Run(folder, "run", data).Error, Does.Contain("data     runs: its files changed"));
    }
}
