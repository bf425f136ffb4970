using System.Text;
using Anneal.Pipeline.Config.Checks;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config;

/// <summary>Reads a pipelines file: YAML, then <c>--set</c>, then options, then the checks. Every error is reported at once.</summary>
internal static class ConfigLoader
{
    private static readonly IConfigValidator[] s_validators =
    [
        new CheckAugment(),
        new CheckFeatures(),
        new CheckFilesExist(),
        new CheckImages(),
        new CheckSource(),
        new CheckTable(),
        new CheckSplit(),
        new CheckLoss(),
        new CheckModel(),
        new CheckTraining(),
        new CheckPhases(),
        new CheckPrecision(),
        new CheckCapture(),
        new CheckAverage(),
        new CheckEnsemble(),
        new CheckGates(),
        new CheckExport(),
    ];

    /// <summary>Loads one pipeline of a file. All pipelines are bound; the checks are for the chosen one.</summary>
    /// <param name="path">The YAML file; errors name it as given.</param>
    /// <param name="pipeline">The pipeline's name, or null for the first.</param>
    /// <param name="sets">Values that replace the file's, as <c>key.path=value</c> from the pipeline down.</param>
    /// <param name="searchFolders">Where data files are looked for after the YAML's own folder.</param>
    /// <param name="validators">Checks beyond the built-in ones.</param>
    /// <exception cref="ConfigException">The file, a <c>--set</c> or the name has an error.</exception>
    public static LoadedConfig Load(
        string path,
        string? pipeline = null,
        IReadOnlyList<string>? sets = null,
        IReadOnlyList<string>? searchFolders = null,
        IReadOnlyList<IConfigValidator>? validators = null)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Parse(ReadText(path), path, [folder, .. searchFolders ?? []], pipeline, sets, validators);
    }

    internal static LoadedConfig Parse(
        string text,
        string file,
        IReadOnlyList<string> folders,
        string? pipeline = null,
        IReadOnlyList<string>? sets = null,
        IReadOnlyList<IConfigValidator>? validators = null)
    {
        var diagnostics = new List<Diagnostic>();
        YamlNode root = YamlReader.Read(text, file, diagnostics) ?? throw Failure(diagnostics);
        var pipelines = (root as YamlMap)?.Find("pipelines") as YamlMap;
        string[] names = [.. pipelines?.Entries.Select(e => e.Key) ?? []];
        string name = pipeline ?? names.FirstOrDefault() ?? "";
        var binding = new BindContext(diagnostics, name);
        for (int i = 0; i < diagnostics.Count; i++)
        {
            diagnostics[i] = diagnostics[i] with { Path = binding.Relative(diagnostics[i].Path) };
        }

        if (pipelines is not null)
        {
            CheckNames(pipelines, name, pipeline is not null, binding);
            if (pipelines.Find(name) is YamlNode chosen && sets is not null)
            {
                YamlEntry old = pipelines.Entries.First(e => e.Key == name);
                YamlMap changed = pipelines.With(old with { Value = Overrides.Apply(chosen, name, sets, binding) });
                root = ((YamlMap)root).With(((YamlMap)root).Entries.First(e => e.Key == "pipelines") with { Value = changed });
            }
        }

        ValueShape.OfRecord(typeof(PipelinesFile)).TryBind(root, "", binding, out object? bound);
        if (bound is not PipelinesFile { Pipelines: { } all } || !all.TryGetValue(name, out PipelineOptions? options))
        {
            throw Failure(diagnostics);
        }

        options = options.WithDerivedDefaults(binding.Origins.ContainsKey);
        var writer = new ResolvedWriter(binding);
        writer.Text.Append("version: 1\npipelines:\n  ").Append(ScalarShape.Quote(name)).Append(":\n");
        ValueShape.OfRecord(typeof(PipelineOptions)).WriteBlock(options, "", "", 4, writer);
        var files = new DataFiles(folders);
        var context = new CheckContext(name, options, writer.Rows, files, binding);
        foreach (IConfigValidator validator in s_validators.Concat(validators ?? []))
        {
            if (!validator.Reads.Any(r => binding.Incomplete.Any(i => Covers(r, i) || Covers(i, r))))
            {
                validator.Check(context);
            }
        }

        return diagnostics.Count > 0
            ? throw Failure(diagnostics)
            : new LoadedConfig(name, options, writer.Text.ToString(), writer.Rows, files, names);
    }

    private static string ReadText(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw Failure([new Diagnostic(path, 0, 0, "", "no such file")]);
            }

            return info.Length > YamlReader.MaxBytes
                ? throw Failure([new Diagnostic(path, 0, 0, "", $"{info.Length} bytes; the limit is {YamlReader.MaxBytes}")])
                : File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException)
        {
            throw Failure([new Diagnostic(path, 0, 0, "", "not a UTF-8 text")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure([new Diagnostic(path, 0, 0, "", $"cannot be read: {e.Message}")]);
        }
    }

    /// <summary>Names become folders, so they are plain.</summary>
    private static void CheckNames(YamlMap pipelines, string name, bool isAsked, BindContext binding)
    {
        foreach (YamlEntry entry in pipelines.Entries)
        {
            bool isPlain = entry.Key.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(entry.Key[0])
                && entry.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
            if (!isPlain)
            {
                binding.Error(entry.KeyOrigin, $"pipelines.{entry.Key}", "a pipeline's name is letters, digits, '-' and '_', at most 100");
            }
        }

        if (pipelines.Entries.Count == 0)
        {
            binding.Error(pipelines.Origin, "pipelines", "needs at least one pipeline");
        }
        else if (isAsked && pipelines.Find(name) is null)
        {
            binding.Error(pipelines.Origin, "pipelines", $"no pipeline '{name}'{Suggestion.For(name, [.. pipelines.Entries.Select(e => e.Key)])}");
        }
    }

    private static bool Covers(string path, string other) => path == other || other.StartsWith(path + ".", StringComparison.Ordinal);

    private static ConfigException Failure(List<Diagnostic> diagnostics) =>
        new([.. diagnostics.Distinct().OrderBy(d => d.Line == 0).ThenBy(d => d.Line).ThenBy(d => d.Column)]);
}
