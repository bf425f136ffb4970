using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>A bound pipeline and the place to report what is wrong with it.</summary>
internal sealed class CheckContext(string name, PipelineOptions options, IReadOnlyList<ExplainRow> rows, DataFiles files, BindContext binding)
{
    public PipelineOptions Options { get; } = options;

    public IReadOnlyList<ExplainRow> Rows { get; } = rows;

    public DataFiles Files { get; } = files;

    /// <summary>The networks of the pipeline, each with its path.</summary>
    public IReadOnlyList<(ModelOptions Model, string Path)> Models =>
        [(Options.Model, "model"), .. Options.Ensemble?.Distill?.Model is { } student ? ((ModelOptions, string)[])[(student, ModelSpec.StudentPath)] : []];

    public bool HasValidationRows => Options.Data.Split is not HoldoutOptions { Validation: 0 };

    public bool HasTestRows => Options.Data is { Dataset: not null } or { Test: not null }
        || Options.Data.Split is GivenOptions
        || Splits.TestShare(Options.Data.Split) > 0;

    /// <summary>Whether the file or a <c>--set</c> has the path, rather than a default.</summary>
    public bool IsGiven(string path) => binding.Origins.ContainsKey(path);

    /// <summary>Reports an error at the path's value, or at the nearest part of the path that was written.</summary>
    public void Error(string path, string message) => binding.Error(Nearest(path).Value, path, message);

    /// <summary>Reports an error at the path's value and keeps validators that read it from running.</summary>
    public void Reject(string path, string message)
    {
        Error(path, message);
        binding.Unfilled(path);
    }

    /// <summary>Reports an error at the path's key.</summary>
    public void KeyError(string path, string message) => binding.Error(Nearest(path).Key, path, message);

    private (Origin Key, Origin Value) Nearest(string path)
    {
        for (string part = path; ; part = part[..part.LastIndexOf('.')])
        {
            if (binding.Origins.TryGetValue(part, out (Origin, Origin) found))
            {
                return found;
            }

            if (!part.Contains('.', StringComparison.Ordinal))
            {
                return binding.Origins[$"pipelines.{name}"];
            }
        }
    }
}
