using System.Text;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config;

/// <summary>One pipeline of a file: checked, with every default filled in.</summary>
internal sealed class LoadedConfig(string name, PipelineOptions options, string yaml, IReadOnlyList<ExplainRow> rows, DataFiles files, IReadOnlyList<string> pipelines)
{
    public string Name { get; } = name;

    public PipelineOptions Options { get; } = options;

    /// <summary>A file of this one pipeline that loads to the same options.</summary>
    public string Yaml { get; } = yaml;

    /// <summary>Every value, in the order of <see cref="Yaml"/>.</summary>
    public IReadOnlyList<ExplainRow> Rows { get; } = rows;

    public DataFiles Files { get; } = files;

    /// <summary>The names of all pipelines in the file.</summary>
    public IReadOnlyList<string> Pipelines { get; } = pipelines;

    /// <summary>The file of the model that training goes on from; null where there is none, or none yet.</summary>
    public string? BasePath { get; set; }

    /// <summary>The batches that were found for it and stand in the place of <c>auto</c>.</summary>
    public IReadOnlyList<Runs.BatchRecord> Batches { get; set; } = [];

    /// <summary>Whether the model is a student's own in the place of the pipeline's, of whose parameters what is frozen speaks.</summary>
    public bool IsOfStudent { get; private init; }

    /// <summary>The same pipeline with a student's network, which goes on from no other.</summary>
    public LoadedConfig ForStudent(ModelOptions model) => new(Name, Options with { Model = model }, Yaml, Rows, Files, Pipelines) { Batches = Batches, IsOfStudent = true };

    public Origin OriginOf(string path) => Rows.FirstOrDefault(r => r.Path == path || r.Path.StartsWith(path + ".", StringComparison.Ordinal))?.Origin ?? Origin.Default;

    /// <summary>The values that can change the result of a stage that reads these sections, as text to hash; all of them when none is named.</summary>
    public string KeyText(params ReadOnlySpan<string> sections)
    {
        var text = new StringBuilder();
        foreach (ExplainRow row in Rows)
        {
            bool isWanted = sections.Length == 0;
            foreach (string section in sections)
            {
                isWanted |= row.Path == section || row.Path.StartsWith(section + ".", StringComparison.Ordinal);
            }

            if (isWanted && row.AffectsResult && row.Value != "~")
            {
                text.Append(row.Path).Append('=').Append(row.Value).Append('\n');
            }
        }

        return text.ToString();
    }
}
