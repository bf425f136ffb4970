using Anneal.Onnx;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models.Import;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>An imported file can be trained: what stands against it is reported node by node.</summary>
internal sealed class CheckImport : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["model", "train"];

    public void Check(CheckContext context)
    {
        if (context.Options.Model is not ImportOptions options || options.Import.Path is null || options.Import.Pipeline is not null || context.Files.Find(options.Import.Path) is not { } path)
        {
            return;
        }

        try
        {
            ImportedModel model = ImportedModels.Read(options, path);
            IReadOnlyList<UpdateSettings> phases = TrainingOptions.FreezingOf(context.Options);
            foreach (string error in Trainability.Errors(model, name => phases.All(p => p.IsFrozen(name))))
            {
                context.Error("model.import", error);
            }
        }
        catch (AnnealException error)
        {
            context.Error("model.import", error.Message);
        }
    }
}
