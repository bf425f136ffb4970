using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>What is wrong with the input is said by file and place, with the exit code that belongs to it.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class BadInputTests
{
    private const string Table = """
        version: 1
        pipelines:
          table:
            task: classification
            data:
              train: {csv: {path: rows.csv, columns: {a: number, b: category, y: category}}}
              label: y
            model: {mlp: [4]}
            train: {epochs: 1}

        """;

    private readonly Workplace _place = new();

    [OneTimeTearDown]
    public void Delete() => _place.Dispose();

    private static IEnumerable<TestCaseData> DamagedImages()
    {
        yield return Case("truncated", "train-images.idx", b => b[..^100], @"train-images\.idx: expected 25600 bytes of data for \[400,8,8\], found 25500: row 398 \(from 0\) is not whole");
        yield return Case("header of too few rows", "train-images.idx", b => Changed(b, 7, (byte)(b[7] - 1)), @"train-images\.idx: expected 25536 bytes of data for \[399,8,8\], found 25600");
        yield return Case("header of too many rows", "train-labels.idx", b => Changed(b, 7, (byte)(b[7] + 1)), @"train-labels\.idx: expected 401 bytes of data for \[401\], found 400: row 400 \(from 0\) is not whole");
        yield return Case("other number of labels", "train-labels.idx", b => Changed(b[..^1], 7, (byte)(b[7] - 1)), @"train-images\.idx: 400 rows, but 399 labels in .*train-labels\.idx");
        yield return Case("label out of range", "test-labels.idx", b => Changed(b, 8 + 17, 4), @"test-labels\.idx: row 17 \(from 0\): label 4 is not a class from 0 to 3");
        yield return Case("no IDX file", "train-images.idx", _ => "PNG"u8.ToArray(), @"train-images\.idx: not an IDX file");
        yield return Case("empty", "train-labels.idx", _ => [], @"train-labels\.idx: not an IDX file");

        static TestCaseData Case(string name, string file, Func<byte[], byte[]> change, string message) => new TestCaseData(file, change, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(DamagedImages))]
    public void Run_DamagedImages_ExitsWithThreeAndNamesFileAndRow(string file, Func<byte[], byte[]> change, string message)
    {
        byte[] good = File.ReadAllBytes(_place[file]);
        try
        {
            File.WriteAllBytes(_place[file], change(good));
            Tool tool = _place.Run("run", "--out", "damaged", "--fresh");

            Assert.That(tool.Error, Does.Match(message));
            Assert.That(tool.ExitCode, Is.EqualTo(3));
        }
        finally
        {
            File.WriteAllBytes(_place[file], good);
        }
    }

    [TestCase("a,b,y\n1,u,no\n2,v\n3,u,yes\n", "rows.csv:3: 2 fields, expected 3")]
    [TestCase("a,b,y\n1,u,no\n2,v,yes\n3,u,yes,4\n", "rows.csv:4: 4 fields, expected 3")]
    [TestCase("a,b,y\n1,u,no\n2x,v,yes\n", "rows.csv:3: column 1 'a': '2x' is not a number")]
    [TestCase("a,b,y\n1,\"u,no\n", "rows.csv:2: a quote opened here is not closed")]
    [TestCase("a,b,z\n1,u,no\n", "rows.csv: no column 'y'")]
    public void Run_DamagedTable_ExitsWithThreeAndNamesFileLineAndColumn(string text, string message)
    {
        _place.Write("rows.csv", text);
        _place.Write("table.yaml", Table);

        Tool tool = _place.Run("run", "--file", "table.yaml", "--out", "table", "--fresh");

        Assert.That(tool.Error, Does.Contain(message));
        Assert.That(tool.ExitCode, Is.EqualTo(3));
    }

    [Test]
    public void Run_DenseOnImage_NamesLineLayerAndShapesBeforeDataIsRead()
    {
        byte[] good = File.ReadAllBytes(_place["train-images.idx"]);
        try
        {
            File.WriteAllBytes(_place["train-images.idx"], good[..200]);
            _place.Write("shape.yaml", Workplace.Config.Replace("        - flatten\n", "", StringComparison.Ordinal));
            Tool tool = _place.Run("run", "--file", "shape.yaml", "--out", "shape");

            Assert.That(tool.Error, Does.Match(@"^shape\.yaml:11:11 model\.layers\.0\S*: layer 'dense1' \(dense\) takes the last axis of \[N,8,8\], so that the model gives \[N,8,4\], expected \[N,classes\]\. hint: put a 'flatten' layer before it"));
            Assert.That(tool.ExitCode, Is.EqualTo(2));
            Assert.That(_place["shape"], Does.Not.Exist);
        }
        finally
        {
            File.WriteAllBytes(_place["train-images.idx"], good);
        }
    }

    [Test]
    public void Run_SeveralErrors_AllAreReportedWithTheirPlaces()
    {
        _place.Write("wrong.yaml", Workplace.Config
            .Replace("epochs: 150", "epoch: 150", StringComparison.Ordinal)
            .Replace("dropout: 0.3", "dropout: 1.3", StringComparison.Ordinal)
            .Replace("test-labels.idx", "missing.idx", StringComparison.Ordinal)
            .Replace("validation: 0.2", "validation: some", StringComparison.Ordinal));

        Tool tool = _place.Run("run", "--file", "wrong.yaml", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        string[] lines = tool.Error.TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4), tool.Error);
        Assert.That(lines[0], Does.Match(@"^wrong\.yaml:7:\d+ data\.test\S*: .*missing\.idx"));
        Assert.That(lines[1], Does.StartWith("wrong.yaml:8:"));
        Assert.That(lines[2], Does.Match(@"^wrong\.yaml:13:\d+ model\.layers\.2\S*: "));
        Assert.That(lines[3], Does.Match(@"^wrong\.yaml:15:\d+ train\.epoch: unknown key; did you mean 'epochs'\?"));
        Assert.That(tool.Json.GetProperty("error").GetProperty("diagnostics").GetArrayLength(), Is.EqualTo(4));
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        byte[] changed = [.. bytes];
        changed[at] = value;
        return changed;
    }
}
