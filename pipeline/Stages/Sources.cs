using Anneal.Onnx.Formats;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of data into the trainer's sources.</summary>
internal static class Sources
{
    /// <summary>The source of the training rows.</summary>
    public static DataSource Train(LoadedConfig config)
    {
        DataSource source = config.Options.Data.Dataset is { } dataset ? Dataset(dataset).Train : SourceOf(config, config.Options.Data.Train!);
        return source is CsvSource table ? table with { MarkColumn = Splits.MarksColumn(config) } : source;
    }

    /// <summary>The source of the test rows, or null.</summary>
    public static DataSource? Test(LoadedConfig config) => config.Options.Data.Dataset is { } dataset
        ? Dataset(dataset).Test
        : config.Options.Data.Test is { } test ? SourceOf(config, test) : null;

    /// <summary>The files that the rows come from, with the one that says how they are split and the model that training goes on from.</summary>
    public static IReadOnlyList<string> Files(LoadedConfig config) =>
        [.. new[] { Train(config), Test(config) }.OfType<DataSource>().SelectMany(FilesOf), .. Splits.MarksFile(config) is { } marks ? (string[])[marks] : [], .. config.BasePath is { } model ? (string[])[model] : []];

    /// <summary>The data set of a name.</summary>
    public static KnownDataset Dataset(DatasetName name) => name switch
    {
        DatasetName.FashionMnist => KnownDataset.FashionMnist,
        DatasetName.Mnist => KnownDataset.Mnist,
        _ => throw new NotSupportedException($"no data set {name}"),
    };

    /// <summary>The source that one set of options describes.</summary>
    public static DataSource SourceOf(LoadedConfig config, SourceOptions source)
    {
        IReadOnlyList<string>? classes = config.Options.Export.Labels;
        return source switch
        {
            IdxOptions o => new IdxSource(PathOf(config, o.Features), PathOf(config, o.Labels)) { ClassNames = classes },
            NpyOptions o => new NpySource(PathOf(config, o.Features), PathOf(config, o.Labels)) { ClassNames = classes },
            ImagesOptions o => ImagesOf(o, config.Files.FindAny(o.Path) ?? o.Path),
            CsvOptions o => new CsvSource(
                PathOf(config, o.Path),
                [.. o.Columns!.Select(c => new CsvColumn(c.Key, Enum.Parse<Onnx.Formats.ColumnKind>(c.Value.ToString())))],
                config.Options.Data.Targets())
            {
                Format = FormatOf(o),
                Missing = o.Missing,
                LabelStrip = o.LabelStrip,
                Weight = config.Options.Data.Weight,
                Positive = config.Options.Data.Positive,
            },
            _ => throw new NotSupportedException($"no source for {source.GetType().Name}"),
        };
    }

    /// <summary>The source of images at a path.</summary>
    public static ImageSource ImagesOf(ImagesOptions o, string path) => new(path, o.Folder)
    {
        Channels = CountOf(o.Channels ?? ChannelsKind.Rgb),
        Size = o.Size is [int height, int width] ? (height, width) : null,
        SkipBad = o.OnError == BadImageKind.Skip,
    };

    /// <summary>The number of channels.</summary>
    public static int CountOf(ChannelsKind channels) => channels == ChannelsKind.Gray ? 1 : 3;

    /// <summary>The files of one source.</summary>
    public static IEnumerable<string> FilesOf(DataSource source) => source switch
    {
        ArraySource o => [o.Features, o.Labels],
        CsvSource o => [o.Path],
        ImageSource o => [Directory.Exists(o.Path) ? Path.Combine(o.Path, o.Folder) : o.Path],
        _ => throw new NotSupportedException($"no files of {source.GetType().Name}"),
    };

    private static CsvFormat FormatOf(CsvOptions o) =>
        new() { Delimiter = o.Delimiter, Header = o.Header, Trim = o.Trim, SkipBlankLines = o.SkipBlankLines };

    private static string PathOf(LoadedConfig config, string path) => config.Files.Find(path) ?? path;
}
