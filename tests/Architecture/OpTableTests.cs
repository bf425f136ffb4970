using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Tests.Architecture;

public sealed class OpTableTests
{
    private static readonly Type[] s_ops = [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract)];

    [Test]
    public void All_OpClasses_AreInTheTable() => Assert.That(OpTable.All.Select(o => o.GetType()), Is.EquivalentTo(s_ops));

    [Test]
    public void All_OpClasses_AreNamedAsTheirOpAndFile()
    {
        Dictionary<string, string> files = Repository.Sources("onnx/Ops").ToDictionary(f => Path.GetFileNameWithoutExtension(f), StringComparer.Ordinal);
        foreach (Op op in OpTable.All)
        {
            string name = op.GetType().Name;
            Assert.That(op.Name, Is.EqualTo(name));
            Assert.That(files, Contains.Key(name));
            Assert.That(File.ReadAllText(files[name]), Does.Match($@"class {name}\b"), files[name]);
        }
    }

    [Test]
    public void All_OpsOfOurDomain_HaveABodyOfStandardOps()
    {
        foreach (Op op in OpTable.All.Where(o => o.Domain == Model.AnnealDomain))
        {
            Assert.That(op.Body, Is.Not.Null, op.Name);
            Assert.That(op.Body!.Nodes.Select(n => n.Domain), Is.All.Empty, op.Name);
        }
    }
}
