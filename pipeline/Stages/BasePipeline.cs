using Anneal.Onnx;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>The model that a pipeline's training goes on from, where another pipeline exports it: that one runs first.</summary>
internal static class BasePipeline
{
    /// <summary>The model as far as it is known without running anything.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <returns>The file; null where there is none, or none yet.</returns>
    public static string? KnownModel(LoadedConfig config, RunRequest request)
    {
        if (config.Options.Model is not ImportOptions { Import: { } source } || request.BaseModel is not null)
        {
            return request.BaseModel;
        }

        if (source.Path is { } path)
        {
            return config.Files.Find(path);
        }

        Refuse(config, source.Pipeline!, request);
        RunRequest own = RequestOf(source.Pipeline!, config, request);
        LoadedConfig other = PipelineRunner.Load(own);
        bool isKnown = other.Options.Model is not ImportOptions || other.BasePath is not null;
        string? model = isKnown ? Path.Combine(RunPlace.FolderOf(other, own, [.. Sources.Files(other).Select(StageKey.OfPath)]), "model.onnx") : null;
        return File.Exists(model) ? model : null;
    }

    /// <summary>Runs the other pipeline, as far as it has changed.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="output">Where it tells what it does.</param>
    /// <param name="cancel">Asks it to save its state and stop.</param>
    /// <returns>The model that it exported; what is known already where that is not asked of another pipeline.</returns>
    /// <exception cref="AnnealException">It has no model that passed.</exception>
    public static string? Run(LoadedConfig config, RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        if (config.Options.Model is not ImportOptions { Import.Pipeline: { } name } || request.BaseModel is not null)
        {
            return config.BasePath;
        }

        output.Line($"base     pipeline {name}");
        RunSummary summary = PipelineRunner.Run(RequestOf(name, config, request), output, cancel);
        return summary.ExitCode switch
        {
            ExitCode.Done => summary.Model,
            ExitCode.Interrupted => throw new OperationCanceledException($"interrupted in pipeline '{name}', whose model this one goes on from"),
            _ => throw new AnnealException(summary.ExitCode, $"pipeline '{name}', whose model this one goes on from, ended as {summary.Status}", "look at its gates").In(OriginOf(config)),
        };
    }

    private static RunRequest RequestOf(string name, LoadedConfig config, RunRequest request) => request with
    {
        Pipeline = name,
        Sets = [],
        Until = null,
        Fresh = false,
        OutFolder = null,
        BaseModel = null,
        Waiting = [.. request.Waiting, config.Name],
    };

    private static void Refuse(LoadedConfig config, string name, RunRequest request)
    {
        if (!config.Pipelines.Contains(name))
        {
            throw AnnealException.BadUsage($"there is no pipeline '{name}'{Suggestion.For(name, config.Pipelines)}").In(OriginOf(config));
        }

        if (name == config.Name || request.Waiting.Contains(name))
        {
            throw AnnealException.BadUsage($"pipelines go on from each other's models: {string.Join(" → ", [.. request.Waiting, config.Name, name])}").In(OriginOf(config));
        }
    }

    private static string OriginOf(LoadedConfig config) => $"{config.OriginOf("model.import.pipeline")} model.import.pipeline";
}
