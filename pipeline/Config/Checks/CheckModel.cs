using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Widths that are left to the task stand where the task decides them: in the last layer.</summary>
internal sealed class CheckModel : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "model"];

    public void Check(CheckContext context)
    {
        if (context.Options.Model is not LayersOptions model)
        {
            return;
        }

        if (model.Layers.Count == 0)
        {
            context.Error("model.layers", "needs at least one layer");
            return;
        }

        int last = model.Layers.Count - 1;
        for (int i = 0; i < last; i++)
        {
            if (model.Layers[i] is DenseOptions { Units: null })
            {
                context.Error($"model.layers.{i}.dense.units", "only the last layer can leave its width to the task");
            }
        }

        if (context.Options.Task == TaskKind.Regression && model.Layers[last] is DenseOptions { Units: not (null or 1) })
        {
            context.Error($"model.layers.{last}.dense.units", "a regression predicts one number: 1 or 'auto'");
        }
    }
}
